CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2);
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
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX events_size_idx ON events USING btree (size);
COMMENT ON CONSTRAINT events_1_pkey ON events_1 IS 'one';
COMMENT ON CONSTRAINT events_2_pkey ON events_2 IS 'three';
COMMENT ON INDEX events_2_size_idx IS 'five';
--- a new file
-- slot in portions: resolve rows of events that events_size does not allow
--   count: SELECT count(*) FROM events WHERE NOT ((size > 0))
--   template: UPDATE events SET … WHERE NOT ((size > 0));
ALTER TABLE events
    ADD CONSTRAINT events_size CHECK ((size > 0)) NOT VALID;
COMMENT ON CONSTRAINT events_size ON events_1 IS 'two';
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE events VALIDATE CONSTRAINT events_size;
DROP INDEX events_name;
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX events_name ON events USING btree (name DESC);
COMMENT ON INDEX events_1_name_idx IS 'four';
