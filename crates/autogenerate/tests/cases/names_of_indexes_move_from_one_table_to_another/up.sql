--- alone in a file
DROP INDEX CONCURRENTLY by_x;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY by_x ON b USING btree (x);
