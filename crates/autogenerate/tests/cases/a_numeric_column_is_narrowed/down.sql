-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE prices ALTER COLUMN amount SET DATA TYPE numeric(12,4);
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE prices ALTER COLUMN quantity SET DATA TYPE bigint;
ANALYZE prices;
