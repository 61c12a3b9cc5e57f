COMMENT ON TABLE events_2020 IS 'A year';
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY events_2020_id_idx ON events_2020 USING btree (id);
--- a new file
-- slot in portions: resolve rows of events_2020 that events_2020_id_check does not allow
--   count: SELECT count(*) FROM events_2020 WHERE NOT ((id > 0))
--   template: UPDATE events_2020 SET … WHERE NOT ((id > 0));
ALTER TABLE events_2020
    ADD CONSTRAINT events_2020_id_check CHECK ((id > 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE events_2020 VALIDATE CONSTRAINT events_2020_id_check;
