-- hazards: deletes-data, rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.size fit integer
--   count: SELECT count(*) FROM items WHERE size IS NOT NULL AND (ARRAY[((size)[1]::integer)]::integer[]) IS DISTINCT FROM size
--   template: UPDATE items SET size = … WHERE size IS NOT NULL AND (ARRAY[((size)[1]::integer)]::integer[]) IS DISTINCT FROM size;
ALTER TABLE items ALTER COLUMN size SET DATA TYPE integer USING (size)[1]::integer;
-- hazards: deletes-data, rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.tag fit text
--   count: SELECT count(*) FROM items WHERE tag IS NOT NULL AND (CASE WHEN ((tag)[1]::text) IS NOT NULL THEN ARRAY[((tag)[1]::text)]::text[] END) IS DISTINCT FROM tag
--   template: UPDATE items SET tag = … WHERE tag IS NOT NULL AND (CASE WHEN ((tag)[1]::text) IS NOT NULL THEN ARRAY[((tag)[1]::text)]::text[] END) IS DISTINCT FROM tag;
ALTER TABLE items ALTER COLUMN tag SET DATA TYPE text USING (tag)[1]::text;
ANALYZE items;
