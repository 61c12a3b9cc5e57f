CREATE TABLE rooms (
    id integer PRIMARY KEY
);
CREATE TABLE bookings (
    id integer PRIMARY KEY,
    room_id integer REFERENCES rooms,
    nights integer NOT NULL,
    guests integer NOT NULL,
    beds integer GENERATED ALWAYS AS (guests + nights) STORED,
    CONSTRAINT bookings_sane CHECK (nights > 0 AND guests > 0),
    UNIQUE (room_id, nights)
);
CREATE INDEX bookings_long_idx ON bookings (guests) WHERE nights > 7;
CREATE INDEX bookings_cover_idx ON bookings (guests) INCLUDE (nights);
