-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN ids SET DATA TYPE bigint[];
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN names SET DATA TYPE text[];
ALTER TABLE items ALTER COLUMN notes SET DATA TYPE character varying[];
ALTER TABLE items ALTER COLUMN tags DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.tags fit character varying(20)[]
--   count: SELECT count(*) FROM items WHERE EXISTS (SELECT FROM unnest(tags) AS element WHERE char_length(element::text) > 20)
--   template: UPDATE items SET tags = … WHERE EXISTS (SELECT FROM unnest(tags) AS element WHERE char_length(element::text) > 20);
ALTER TABLE items ALTER COLUMN tags SET DATA TYPE character varying(20)[];
ALTER TABLE items ALTER COLUMN tags SET DEFAULT '{}'::character varying[];
ANALYZE items;
