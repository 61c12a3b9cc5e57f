--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx_new ON items USING btree (name);
--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx;
--- a new file
ALTER INDEX items_name_idx_new RENAME TO items_name_idx;
