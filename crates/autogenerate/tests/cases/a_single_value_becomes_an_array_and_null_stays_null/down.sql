-- hazards: deletes-data, rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN size SET DATA TYPE integer USING (size)[1]::integer;
-- hazards: deletes-data, rewrites-table, blocks-reads
ALTER TABLE items ALTER COLUMN tag SET DATA TYPE text USING (tag)[1]::text;
ANALYZE items;
