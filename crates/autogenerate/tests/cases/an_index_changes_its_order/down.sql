--- reverts file 3 of 3
ALTER INDEX items_idx RENAME TO items_idx_new;
COMMENT ON INDEX items_idx_new IS NULL;
--- reverts file 2 of 3
-- hazards: blocks-writes, builds-index
CREATE INDEX items_idx ON items USING btree (a, b);
COMMENT ON INDEX items_idx IS 'Stays';
--- reverts file 1 of 3
--- alone in a file
DROP INDEX CONCURRENTLY items_idx_new;
