LOCK TABLE items_ab;
-- hazards: blocks-writes, blocks-reads
CREATE TABLE items_ab_rows AS SELECT kind, v FROM items_ab;
DROP TABLE items_ab_0;
DROP TABLE items_ab_1;
DROP TABLE items_ab;
ALTER TABLE items ALTER COLUMN v SET DATA TYPE bigint;
CREATE TABLE items_ab PARTITION OF items FOR VALUES IN ('a', 'b', 'c');
INSERT INTO items_ab (kind, v)
    SELECT kind, v::bigint FROM items_ab_rows;
DROP TABLE items_ab_rows;
ANALYZE items;
