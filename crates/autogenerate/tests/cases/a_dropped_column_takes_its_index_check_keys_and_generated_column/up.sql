--- alone in a file
DROP INDEX CONCURRENTLY bookings_cover_idx;
--- alone in a file
DROP INDEX CONCURRENTLY bookings_long_idx;
--- a new file
ALTER TABLE bookings DROP COLUMN beds;
ALTER TABLE bookings DROP CONSTRAINT bookings_room_id_fkey;
ALTER TABLE bookings DROP CONSTRAINT bookings_room_id_nights_key;
ALTER TABLE bookings DROP CONSTRAINT bookings_sane;
--- a new file
-- slot in portions: resolve rows of bookings that bookings_sane does not allow
--   count: SELECT count(*) FROM bookings WHERE NOT ((guests > 0))
--   template: UPDATE bookings SET … WHERE NOT ((guests > 0));
ALTER TABLE bookings
    ADD CONSTRAINT bookings_sane CHECK ((guests > 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE bookings VALIDATE CONSTRAINT bookings_sane;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.bookings_nights AS SELECT id, nights FROM bookings;
ALTER TABLE bookings DROP COLUMN nights;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.bookings_room_id AS SELECT id, room_id FROM bookings;
ALTER TABLE bookings DROP COLUMN room_id;
