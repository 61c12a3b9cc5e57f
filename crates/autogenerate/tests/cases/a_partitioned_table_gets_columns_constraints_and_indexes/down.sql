--- reverts file 3 of 3
ALTER TABLE events DROP CONSTRAINT events_size_check;
ALTER TABLE events
    ADD CONSTRAINT events_size_check CHECK ((size >= 0)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE events DROP CONSTRAINT events_size_check;
--- reverts file 1 of 3
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of events.note fit character varying(10)
--   count: SELECT count(*) FROM events WHERE char_length(note::text) > 10
--   template: UPDATE events SET note = … WHERE char_length(note::text) > 10;
ALTER TABLE events ALTER COLUMN note SET DATA TYPE character varying(10);
ALTER TABLE events DROP CONSTRAINT events_pkey;
ALTER TABLE events DROP CONSTRAINT events_user_id_fkey;
DROP INDEX events_user_idx;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events_size AS SELECT id, size FROM events;
ALTER TABLE events DROP COLUMN size;
