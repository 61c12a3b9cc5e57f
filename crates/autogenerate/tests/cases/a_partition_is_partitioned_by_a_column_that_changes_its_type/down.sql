-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_ab_0_copy AS TABLE items_ab_0
DROP TABLE items_ab_0;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_ab_1_copy AS TABLE items_ab_1
DROP TABLE items_ab_1;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_ab_copy AS TABLE items_ab
DROP TABLE items_ab;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN v SET DATA TYPE bigint;
CREATE TABLE items_ab PARTITION OF items FOR VALUES IN ('a', 'b', 'c');
ANALYZE items;
