--- reverts file 2 of 2
--- alone in a file
DROP INDEX CONCURRENTLY by_x;
--- reverts file 1 of 2
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY by_x ON a USING btree (x);
