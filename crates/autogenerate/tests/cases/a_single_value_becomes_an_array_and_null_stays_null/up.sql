-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN size SET DATA TYPE integer[] USING ARRAY[size]::integer[];
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN tag SET DATA TYPE text[]
    USING CASE WHEN tag IS NOT NULL THEN ARRAY[tag]::text[] END;
ANALYZE items;
