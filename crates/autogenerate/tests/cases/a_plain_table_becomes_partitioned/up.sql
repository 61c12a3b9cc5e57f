LOCK TABLE events;
-- hazards: blocks-writes, blocks-reads
CREATE TABLE events_rows AS SELECT id, at, size FROM events;
ALTER TABLE notes DROP CONSTRAINT notes_id_at_fkey;
DROP TABLE events;
CREATE TABLE events (
    id integer NOT NULL,
    at date NOT NULL,
    size bigint,
    twice integer GENERATED ALWAYS AS (size * 2) STORED,
    CONSTRAINT events_pkey PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- hazards: may-fail-on-data
-- slot: make room for the rows of events that no partition takes
--   hazards: deletes-data
--   count: SELECT count(*) FROM events
--   template: -- the rows are in events_rows: CREATE TABLE … PARTITION OF events DEFAULT; or
--   template: DELETE FROM events_rows WHERE …;
INSERT INTO events (id, at, size)
    SELECT id, at, size::bigint FROM events_rows;
DROP TABLE events_rows;
ALTER TABLE notes
    ADD CONSTRAINT notes_id_at_fkey FOREIGN KEY (id, at) REFERENCES events(id, at) NOT VALID;
--- a new file
ALTER TABLE notes VALIDATE CONSTRAINT notes_id_at_fkey;
