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
ALTER TABLE events
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of events that events_size does not allow
--   count: SELECT count(*) FROM events WHERE NOT ((size > 0))
--   template: UPDATE events SET … WHERE NOT ((size > 0));
ALTER TABLE events VALIDATE CONSTRAINT events_size;
