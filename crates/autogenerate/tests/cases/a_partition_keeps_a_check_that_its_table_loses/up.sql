--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY events_1_id_key_new ON events_1 USING btree (id);
--- a new file
ALTER TABLE events DROP CONSTRAINT events_id_key;
ALTER TABLE events_1
    ADD CONSTRAINT events_1_id_key UNIQUE USING INDEX events_1_id_key_new;
ALTER TABLE events DROP CONSTRAINT events_size;
ALTER TABLE events_1
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
--- a new file
ALTER TABLE events_1 VALIDATE CONSTRAINT events_size;
