-- hazards: rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN id SET DATA TYPE bigint;
ANALYZE items;
