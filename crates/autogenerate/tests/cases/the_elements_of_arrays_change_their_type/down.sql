-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.ids fit integer[]
--   count: SELECT count(*) FROM items WHERE EXISTS (SELECT FROM unnest(ids) AS element WHERE element NOT BETWEEN -2147483648 AND 2147483647)
--   template: UPDATE items SET ids = … WHERE EXISTS (SELECT FROM unnest(ids) AS element WHERE element NOT BETWEEN -2147483648 AND 2147483647);
ALTER TABLE items ALTER COLUMN ids SET DATA TYPE integer[];
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.names fit character varying(20)[]
--   count: SELECT count(*) FROM items WHERE EXISTS (SELECT FROM unnest(names) AS element WHERE char_length(element::text) > 20)
--   template: UPDATE items SET names = … WHERE EXISTS (SELECT FROM unnest(names) AS element WHERE char_length(element::text) > 20);
ALTER TABLE items ALTER COLUMN names SET DATA TYPE character varying(20)[];
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.notes fit character varying(20)[]
--   count: SELECT count(*) FROM items WHERE EXISTS (SELECT FROM unnest(notes) AS element WHERE char_length(element::text) > 20)
--   template: UPDATE items SET notes = … WHERE EXISTS (SELECT FROM unnest(notes) AS element WHERE char_length(element::text) > 20);
ALTER TABLE items ALTER COLUMN notes SET DATA TYPE character varying(20)[];
ALTER TABLE items ALTER COLUMN tags DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN tags SET DATA TYPE text[];
ALTER TABLE items ALTER COLUMN tags SET DEFAULT '{}'::text[];
ANALYZE items;
