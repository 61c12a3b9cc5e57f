ALTER TABLE items ALTER COLUMN created_at DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
-- times without a time zone are taken as UTC
ALTER TABLE items ALTER COLUMN created_at SET DATA TYPE timestamp without time zone USING created_at AT TIME ZONE 'UTC';
ALTER TABLE items ALTER COLUMN created_at SET DEFAULT now();
ANALYZE items;
