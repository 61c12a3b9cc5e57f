--- reverts file 3 of 3
ALTER INDEX items_name_idx RENAME TO items_name_idx_new;
--- reverts file 2 of 3
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON items USING btree (name);
--- reverts file 1 of 3
--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx_new;
