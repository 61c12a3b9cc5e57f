-- hazards: rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN ids SET DATA TYPE bigint[];
ALTER TABLE items ALTER COLUMN tags DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.tags fit character varying(20)[]
--   count: SELECT count(*) FROM items WHERE char_length(tags::text) > 20
--   template: UPDATE items SET tags = … WHERE char_length(tags::text) > 20;
ALTER TABLE items ALTER COLUMN tags SET DATA TYPE character varying(20)[];
ALTER TABLE items ALTER COLUMN tags SET DEFAULT '{}'::character varying[];
ANALYZE items;
