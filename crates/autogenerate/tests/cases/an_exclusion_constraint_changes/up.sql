ALTER TABLE bookings DROP CONSTRAINT bookings_do_not_overlap;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve rows of bookings that bookings_do_not_overlap does not allow
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT ctid AS row, during AS k0, int4range(id, id, '[]'::text) AS k1 FROM bookings) AS a JOIN (SELECT ctid AS row, during AS k0, int4range(id, id, '[]'::text) AS k1 FROM bookings) AS b
--   count:     ON a.row < b.row AND a.k0 && b.k0 AND a.k1 = b.k1
--   template: -- these conflict: SELECT * FROM (SELECT ctid AS row, during AS k0, int4range(id, id, '[]'::text) AS k1 FROM bookings) AS a JOIN (SELECT ctid AS row, during AS k0, int4range(id, id, '[]'::text) AS k1 FROM bookings) AS b
--   template:     ON a.row < b.row AND a.k0 && b.k0 AND a.k1 = b.k1
--   template: DELETE FROM bookings WHERE …;
--   template: SET CONSTRAINTS ALL IMMEDIATE; -- otherwise the table cannot be altered afterwards
ALTER TABLE bookings
    ADD CONSTRAINT bookings_do_not_overlap EXCLUDE USING gist (during WITH &&, int4range(id, id, '[]'::text) WITH =) DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT bookings_do_not_overlap ON bookings IS 'One guest a night';
