-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN id SET DATA TYPE bigint;
ANALYZE items;
