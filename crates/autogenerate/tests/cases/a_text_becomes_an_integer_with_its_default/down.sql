--- alone in a file
DROP INDEX CONCURRENTLY items_size_idx;
--- a new file
ALTER TABLE items ALTER COLUMN size DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN size SET DATA TYPE text USING size::text;
ALTER TABLE items ALTER COLUMN size SET DEFAULT '0'::text;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_size_idx ON items USING btree (size) WHERE (size <> '0'::text);
--- a new file
ANALYZE items;
