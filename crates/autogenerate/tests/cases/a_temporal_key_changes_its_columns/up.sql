ALTER TABLE bookings DROP CONSTRAINT bookings_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE bookings
    ADD CONSTRAINT bookings_key PRIMARY KEY (days, id WITHOUT OVERLAPS);
