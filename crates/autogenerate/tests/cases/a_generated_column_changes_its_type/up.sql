ALTER TABLE boxes DROP COLUMN doubled;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ALTER COLUMN width SET DATA TYPE bigint;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN doubled bigint GENERATED ALWAYS AS (width * 2) STORED;
ANALYZE boxes;
