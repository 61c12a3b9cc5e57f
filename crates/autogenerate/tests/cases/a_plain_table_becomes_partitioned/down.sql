--- reverts file 2 of 2
ALTER TABLE notes DROP CONSTRAINT notes_id_at_fkey;
ALTER TABLE notes
    ADD CONSTRAINT notes_id_at_fkey FOREIGN KEY (id, at) REFERENCES events(id, at) NOT VALID;
--- reverts file 1 of 2
LOCK TABLE events;
-- hazards: blocks-writes, blocks-reads
CREATE TABLE events_rows AS SELECT id, at, size FROM events;
ALTER TABLE notes DROP CONSTRAINT notes_id_at_fkey;
ALTER TABLE events DETACH PARTITION events_2020;
DROP TABLE events_2020;
DROP TABLE events;
CREATE TABLE events (
    id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    at date NOT NULL,
    size smallint,
    twice integer GENERATED ALWAYS AS (size * 2) STORED,
    CONSTRAINT events_pkey PRIMARY KEY (id, at)
);
-- hazards: may-fail-on-data
-- slot: make the values of events.size fit smallint
--   count: SELECT count(*) FROM events WHERE size NOT BETWEEN -32768 AND 32767
--   template: UPDATE events_rows SET size = … WHERE size NOT BETWEEN -32768 AND 32767;
INSERT INTO events (id, at, size) OVERRIDING SYSTEM VALUE
    SELECT id, at, size::smallint FROM events_rows;
SELECT setval(pg_get_serial_sequence('events', 'id'), max(id)) FROM events HAVING max(id) >= 1;
DROP TABLE events_rows;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of notes that notes_id_at_fkey does not allow
--   count: SELECT count(*) FROM notes WHERE id IS NOT NULL AND at IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM events AS other WHERE other.id = notes.id AND other.at = notes.at)
--   template: UPDATE notes SET … WHERE id IS NOT NULL AND at IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM events AS other WHERE other.id = notes.id AND other.at = notes.at);
ALTER TABLE notes
    ADD CONSTRAINT notes_id_at_fkey FOREIGN KEY (id, at) REFERENCES events(id, at);
