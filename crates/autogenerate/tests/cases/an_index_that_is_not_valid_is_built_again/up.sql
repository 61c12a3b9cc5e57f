--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON items USING btree (name);
