--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_idx_new ON items USING btree (b DESC NULLS LAST, a);
--- alone in a file
DROP INDEX CONCURRENTLY items_idx;
--- a new file
ALTER INDEX items_idx_new RENAME TO items_idx;
COMMENT ON INDEX items_idx IS 'Stays';
