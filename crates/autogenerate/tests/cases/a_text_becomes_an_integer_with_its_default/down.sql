--- reverts file 4 of 4
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY items_size_idx;
--- reverts file 2 of 4
ALTER TABLE items ALTER COLUMN size DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN size SET DATA TYPE text USING size::text;
ALTER TABLE items ALTER COLUMN size SET DEFAULT '0'::text;
ANALYZE items;
--- reverts file 1 of 4
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_size_idx ON items USING btree (size) WHERE (size <> '0'::text);
