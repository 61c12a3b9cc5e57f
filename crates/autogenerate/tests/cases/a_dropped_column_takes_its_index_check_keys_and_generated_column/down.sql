--- reverts file 5 of 5
ALTER TABLE bookings ADD COLUMN nights integer;
ALTER TABLE bookings ADD COLUMN room_id integer;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate bookings.nights
--   count: SELECT count(*) FROM bookings
--   template: UPDATE bookings SET nights = … WHERE nights IS NULL;
ALTER TABLE bookings ALTER COLUMN nights SET NOT NULL;
ALTER TABLE bookings DROP CONSTRAINT bookings_sane;
ALTER TABLE bookings
    ADD CONSTRAINT bookings_sane CHECK ((guests > 0)) NOT VALID;
--- reverts file 4 of 5
ALTER TABLE bookings DROP CONSTRAINT bookings_sane;
--- reverts file 3 of 5
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE bookings ADD COLUMN beds integer GENERATED ALWAYS AS (guests + nights) STORED;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of bookings (room_id, nights)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY room_id, nights) AS row_of_group FROM bookings WHERE room_id IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM bookings WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY room_id, nights ORDER BY …) AS n
--   template:         FROM bookings WHERE room_id IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE bookings
    ADD CONSTRAINT bookings_room_id_nights_key UNIQUE (room_id, nights);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of bookings that bookings_sane does not allow
--   count: SELECT count(*) FROM bookings WHERE NOT (((nights > 0) AND (guests > 0)))
--   template: UPDATE bookings SET … WHERE NOT (((nights > 0) AND (guests > 0)));
ALTER TABLE bookings
    ADD CONSTRAINT bookings_sane CHECK (((nights > 0) AND (guests > 0)));
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of bookings that bookings_room_id_fkey does not allow
--   count: SELECT count(*) FROM bookings WHERE room_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM rooms AS other WHERE other.id = bookings.room_id)
--   template: UPDATE bookings SET … WHERE room_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM rooms AS other WHERE other.id = bookings.room_id);
ALTER TABLE bookings
    ADD CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(id);
--- reverts file 2 of 5
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY bookings_long_idx ON bookings USING btree (guests) WHERE (nights > 7);
--- reverts file 1 of 5
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY bookings_cover_idx ON bookings USING btree (guests) INCLUDE (nights);
