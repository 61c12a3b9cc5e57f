--- alone in a file
DROP INDEX CONCURRENTLY items_size_idx;
--- a new file
ALTER TABLE items ALTER COLUMN size DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.size fit integer
--   count: SELECT count(*) FROM items WHERE CASE WHEN size ~ '^\s*[-+]?\d+\s*$' THEN NOT size::numeric BETWEEN -2147483648 AND 2147483647 ELSE size IS NOT NULL END
--   template: UPDATE items SET size = … WHERE CASE WHEN size ~ '^\s*[-+]?\d+\s*$' THEN NOT size::numeric BETWEEN -2147483648 AND 2147483647 ELSE size IS NOT NULL END;
ALTER TABLE items ALTER COLUMN size SET DATA TYPE integer USING size::integer;
ALTER TABLE items ALTER COLUMN size SET DEFAULT 0;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_size_idx ON items USING btree (size) WHERE (size <> 0);
--- a new file
ANALYZE items;
