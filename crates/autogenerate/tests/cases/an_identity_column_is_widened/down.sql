-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.id fit integer
--   count: SELECT count(*) FROM items WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN id SET DATA TYPE integer;
ANALYZE items;
