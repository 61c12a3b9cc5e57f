ALTER TABLE bookings DROP CONSTRAINT bookings_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve rows of bookings that bookings_key does not allow
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT ctid AS row, days AS k0, id AS k1 FROM bookings) AS a JOIN (SELECT ctid AS row, days AS k0, id AS k1 FROM bookings) AS b
--   count:     ON a.row < b.row AND a.k0 = b.k0 AND a.k1 && b.k1 OR a.row = b.row AND isempty(a.k1)
--   template: -- these conflict: SELECT * FROM (SELECT ctid AS row, days AS k0, id AS k1 FROM bookings) AS a JOIN (SELECT ctid AS row, days AS k0, id AS k1 FROM bookings) AS b
--   template:     ON a.row < b.row AND a.k0 = b.k0 AND a.k1 && b.k1 OR a.row = b.row AND isempty(a.k1)
--   template: DELETE FROM bookings WHERE …;
ALTER TABLE bookings
    ADD CONSTRAINT bookings_key PRIMARY KEY (days, id WITHOUT OVERLAPS);
