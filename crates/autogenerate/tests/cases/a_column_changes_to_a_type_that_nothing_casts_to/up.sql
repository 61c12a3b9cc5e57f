-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.at fit boolean
--   count: SELECT count(*) FROM items WHERE at IS NOT NULL
--   template: -- in the statement below, say what they become: USING CASE at::text WHEN … THEN … END::boolean
ALTER TABLE items ALTER COLUMN at SET DATA TYPE boolean USING at::text::boolean;
ALTER TABLE items ALTER COLUMN flag DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.flag fit date
--   count: SELECT count(*) FROM items WHERE flag IS NOT NULL
--   template: -- in the statement below, say what they become: USING CASE flag::text WHEN … THEN … END::date
ALTER TABLE items ALTER COLUMN flag SET DATA TYPE date USING flag::text::date;
ALTER TABLE items ALTER COLUMN flag SET DEFAULT '2020-01-01'::date;
ANALYZE items;
