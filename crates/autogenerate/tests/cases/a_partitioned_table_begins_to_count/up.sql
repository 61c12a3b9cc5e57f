--- a new file
-- slot in portions: populate events.id
--   count: SELECT count(*) FROM events WHERE id IS NULL
--   template: UPDATE events SET id = … WHERE id IS NULL;
ALTER TABLE events ADD CONSTRAINT events_id_is_set CHECK (id IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE events VALIDATE CONSTRAINT events_id_is_set;
ALTER TABLE events ALTER COLUMN id SET NOT NULL;
ALTER TABLE events DROP CONSTRAINT events_id_is_set;
ALTER TABLE events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
-- hazards: blocks-writes, blocks-reads
SELECT setval(pg_get_serial_sequence('events', 'id'), max(id)) FROM events HAVING max(id) >= 1;
