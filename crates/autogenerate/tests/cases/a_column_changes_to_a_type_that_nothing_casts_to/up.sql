-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN at SET DATA TYPE text USING at::text;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.at fit boolean
--   count: SELECT count(*) FROM items WHERE at IS NOT NULL
--   template: UPDATE items SET at = … WHERE at IS NOT NULL;
ALTER TABLE items ALTER COLUMN at SET DATA TYPE boolean USING at::boolean;
ALTER TABLE items ALTER COLUMN flag DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN flag SET DATA TYPE text USING flag::text;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.flag fit date
--   count: SELECT count(*) FROM items WHERE flag IS NOT NULL
--   template: UPDATE items SET flag = … WHERE flag IS NOT NULL;
ALTER TABLE items ALTER COLUMN flag SET DATA TYPE date USING flag::date;
ALTER TABLE items ALTER COLUMN flag SET DEFAULT '2020-01-01'::date;
ANALYZE items;
