ALTER TABLE events ADD COLUMN size integer DEFAULT 0 NOT NULL;
ALTER TABLE events ALTER COLUMN note SET DATA TYPE character varying(100);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of events (id)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM events) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM events WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM events
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of events that events_user_id_fkey does not allow
--   count: SELECT count(*) FROM events WHERE user_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = events.user_id)
--   template: UPDATE events SET … WHERE user_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM users AS other WHERE other.id = events.user_id);
ALTER TABLE events
    ADD CONSTRAINT events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX events_user_idx ON events USING btree (user_id);
--- a new file
-- slot in portions: resolve rows of events that events_size_check does not allow
--   count: SELECT count(*) FROM events WHERE NOT ((size >= 0))
--   template: UPDATE events SET … WHERE NOT ((size >= 0));
ALTER TABLE events
    ADD CONSTRAINT events_size_check CHECK ((size >= 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE events VALIDATE CONSTRAINT events_size_check;
