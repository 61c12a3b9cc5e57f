ALTER TABLE events ALTER COLUMN body DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of events.body fit jsonb
--   count: SELECT count(*) FROM events WHERE body IS NOT NULL
--   template: UPDATE events SET body = … WHERE body IS NOT NULL;
ALTER TABLE events ALTER COLUMN body SET DATA TYPE jsonb USING body::jsonb;
ALTER TABLE events ALTER COLUMN body SET DEFAULT '{}'::jsonb;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of events.id fit uuid
--   count: SELECT count(*) FROM events WHERE id::text !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
--   template: UPDATE events SET id = … WHERE id::text !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
ALTER TABLE events ALTER COLUMN id SET DATA TYPE uuid USING id::uuid;
ANALYZE events;
