--- reverts file 3 of 3
ALTER TABLE events_1 DROP CONSTRAINT events_size;
ALTER TABLE events_1
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE events
    ADD CONSTRAINT events_id_key UNIQUE (id);
ALTER TABLE events
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of events that events_size does not allow
--   count: SELECT count(*) FROM events WHERE NOT ((size > 0))
--   template: UPDATE events SET … WHERE NOT ((size > 0));
ALTER TABLE events VALIDATE CONSTRAINT events_size;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX events_1_id_key_new ON events_1 USING btree (id);
--- reverts file 1 of 3
--- alone in a file
DROP INDEX CONCURRENTLY events_1_id_key_new;
