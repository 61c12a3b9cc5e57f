LOCK TABLE items_ab;
-- hazards: blocks-writes, blocks-reads
CREATE TABLE items_ab_rows AS SELECT kind, v FROM items_ab;
DROP TABLE items_ab;
ALTER TABLE items ALTER COLUMN v SET DATA TYPE integer;
CREATE TABLE items_ab PARTITION OF items FOR VALUES IN ('a', 'b') PARTITION BY HASH (v);
CREATE TABLE items_ab_0 PARTITION OF items_ab FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE items_ab_1 PARTITION OF items_ab FOR VALUES WITH (modulus 2, remainder 1);
-- hazards: may-fail-on-data
-- slot: make the values of items_ab.v fit integer, and make room for the rows of items_ab that no partition takes
--   hazards: deletes-data
--   count: SELECT (SELECT count(*) FROM items_ab WHERE v NOT BETWEEN -2147483648 AND 2147483647) + (SELECT count(*) FROM items_ab)
--   template: UPDATE items_ab_rows SET v = … WHERE v NOT BETWEEN -2147483648 AND 2147483647;
--   template: -- the rows are in items_ab_rows: CREATE TABLE … PARTITION OF items_ab DEFAULT; or
--   template: DELETE FROM items_ab_rows WHERE …;
INSERT INTO items_ab (kind, v)
    SELECT kind, v::integer FROM items_ab_rows;
DROP TABLE items_ab_rows;
ANALYZE items;
