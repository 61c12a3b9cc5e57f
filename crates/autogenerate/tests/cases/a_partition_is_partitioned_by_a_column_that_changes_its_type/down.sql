-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_ab_0 AS TABLE items_ab_0;
DROP TABLE items_ab_0;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_ab_1 AS TABLE items_ab_1;
DROP TABLE items_ab_1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_ab AS TABLE items_ab;
DROP TABLE items_ab;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN v SET DATA TYPE bigint;
CREATE TABLE items_ab PARTITION OF items FOR VALUES IN ('a', 'b', 'c');
ANALYZE items;
