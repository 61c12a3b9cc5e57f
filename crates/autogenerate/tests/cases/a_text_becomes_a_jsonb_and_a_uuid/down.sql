ALTER TABLE events ALTER COLUMN body DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE events ALTER COLUMN body SET DATA TYPE text USING body::text;
ALTER TABLE events ALTER COLUMN body SET DEFAULT '{}'::text;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE events ALTER COLUMN id SET DATA TYPE text USING id::text;
ANALYZE events;
