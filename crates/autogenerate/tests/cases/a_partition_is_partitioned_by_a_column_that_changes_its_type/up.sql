-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_ab AS TABLE items_ab;
DROP TABLE items_ab;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.v fit integer
--   count: SELECT count(*) FROM items WHERE v NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET v = … WHERE v NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN v SET DATA TYPE integer;
CREATE TABLE items_ab PARTITION OF items FOR VALUES IN ('a', 'b') PARTITION BY HASH (v);
CREATE TABLE items_ab_0 PARTITION OF items_ab FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE items_ab_1 PARTITION OF items_ab FOR VALUES WITH (modulus 2, remainder 1);
ANALYZE items;
