--- reverts file 4 of 4
ALTER TABLE events_1 DROP CONSTRAINT events_size;
ALTER TABLE events_1
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE events
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of events that events_size does not allow
--   count: SELECT count(*) FROM events WHERE NOT ((size > 0))
--   template: UPDATE events SET … WHERE NOT ((size > 0));
ALTER TABLE events VALIDATE CONSTRAINT events_size;
ALTER TABLE events_1 DROP CONSTRAINT events_1_id_key;
-- hazards: blocks-writes, may-fail-on-data, builds-index
CREATE UNIQUE INDEX events_1_id_key ON events_1 USING btree (id);
--- reverts file 2 of 4
--- alone in a file
DROP INDEX CONCURRENTLY events_1_id_key;
--- reverts file 1 of 4
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of events (id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM events WHERE id IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM events WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM events WHERE id IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE events
    ADD CONSTRAINT events_id_key UNIQUE (id);
