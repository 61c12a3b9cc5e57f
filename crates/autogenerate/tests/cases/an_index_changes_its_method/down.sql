--- reverts file 6 of 6
ALTER INDEX items_name_idx RENAME TO items_name_idx_new;
--- reverts file 5 of 6
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON items USING btree (name);
--- reverts file 4 of 6
ALTER INDEX items_at_idx RENAME TO items_at_idx_new;
--- reverts file 3 of 6
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_at_idx ON items USING brin (at) WITH (pages_per_range='32');
--- reverts file 2 of 6
--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx_new;
--- reverts file 1 of 6
--- alone in a file
DROP INDEX CONCURRENTLY items_at_idx_new;
