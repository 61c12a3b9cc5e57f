ALTER TABLE bookings ADD COLUMN nights integer;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE bookings ADD COLUMN beds integer GENERATED ALWAYS AS (guests + nights) STORED;
ALTER TABLE bookings ADD COLUMN room_id integer;
ALTER TABLE bookings
    ADD CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(id) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY bookings_cover_idx ON bookings USING btree (guests) INCLUDE (nights);
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY bookings_long_idx ON bookings USING btree (guests) WHERE (nights > 7);
--- a new file
-- slot: populate bookings.nights
--   count: SELECT count(*) FROM bookings
--   template: -- update a large table in batches, by ranges of its key
--   template: UPDATE bookings SET nights = … WHERE nights IS NULL;
ALTER TABLE bookings ADD CONSTRAINT bookings_nights_is_set CHECK (nights IS NOT NULL) NOT VALID;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY bookings_room_id_nights_key ON bookings
    USING btree (room_id, nights);
--- a new file
ALTER TABLE bookings
    ADD CONSTRAINT bookings_room_id_nights_key UNIQUE USING INDEX bookings_room_id_nights_key;
-- hazards: may-fail-on-data
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_nights_is_set;
-- hazards: may-fail-on-data
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_room_id_fkey;
--- a new file
ALTER TABLE bookings ALTER COLUMN nights SET NOT NULL;
ALTER TABLE bookings DROP CONSTRAINT bookings_nights_is_set;
ALTER TABLE bookings DROP CONSTRAINT bookings_sane;
ALTER TABLE bookings
    ADD CONSTRAINT bookings_sane CHECK (((nights > 0) AND (guests > 0))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of bookings that bookings_sane does not allow
--   count: SELECT count(*) FROM bookings WHERE NOT (((nights > 0) AND (guests > 0)))
--   template: UPDATE bookings SET … WHERE NOT (((nights > 0) AND (guests > 0)));
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_sane;
