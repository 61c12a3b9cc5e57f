-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.ids fit integer[]
--   count: SELECT count(*) FROM items WHERE ids IS NOT NULL
--   template: UPDATE items SET ids = … WHERE ids IS NOT NULL;
ALTER TABLE items ALTER COLUMN ids SET DATA TYPE integer[];
ALTER TABLE items ALTER COLUMN tags DROP DEFAULT;
ALTER TABLE items ALTER COLUMN tags SET DATA TYPE text[];
ALTER TABLE items ALTER COLUMN tags SET DEFAULT '{}'::text[];
ANALYZE items;
