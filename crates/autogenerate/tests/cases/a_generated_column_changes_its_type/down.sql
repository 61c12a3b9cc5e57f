ALTER TABLE boxes DROP COLUMN doubled;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of boxes.width fit integer
--   count: SELECT count(*) FROM boxes WHERE width NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE boxes SET width = … WHERE width NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE boxes ALTER COLUMN width SET DATA TYPE integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN doubled integer GENERATED ALWAYS AS (width * 2) STORED;
ANALYZE boxes;
