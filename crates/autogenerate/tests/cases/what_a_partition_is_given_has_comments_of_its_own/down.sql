--- reverts file 3 of 3
ALTER TABLE events DROP CONSTRAINT events_size;
ALTER TABLE events
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
COMMENT ON CONSTRAINT events_size ON events_1 IS 'two';
DROP INDEX events_name;
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX events_name ON events USING btree (name);
COMMENT ON INDEX events_1_name_idx IS 'the old one';
--- reverts file 2 of 3
ALTER TABLE events DROP CONSTRAINT events_size;
--- reverts file 1 of 3
ALTER TABLE events DROP CONSTRAINT events_pkey;
DROP INDEX events_size_idx;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events_2 AS TABLE events_2;
DROP TABLE events_2;
