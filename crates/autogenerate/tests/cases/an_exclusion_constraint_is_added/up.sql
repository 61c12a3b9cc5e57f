-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve rows of bookings that bookings_do_not_overlap does not allow
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT ctid AS row, during AS k0 FROM bookings WHERE ((NOT cancelled))) AS a JOIN (SELECT ctid AS row, during AS k0 FROM bookings WHERE ((NOT cancelled))) AS b
--   count:     ON a.row < b.row AND a.k0 && b.k0
--   template: -- these conflict: SELECT * FROM (SELECT ctid AS row, during AS k0 FROM bookings WHERE ((NOT cancelled))) AS a JOIN (SELECT ctid AS row, during AS k0 FROM bookings WHERE ((NOT cancelled))) AS b
--   template:     ON a.row < b.row AND a.k0 && b.k0
--   template: DELETE FROM bookings WHERE …;
ALTER TABLE bookings
    ADD CONSTRAINT bookings_do_not_overlap EXCLUDE USING gist (during WITH &&) WHERE ((NOT cancelled));
