CREATE TABLE rooms (
    id integer PRIMARY KEY
);
CREATE TABLE bookings (
    id integer PRIMARY KEY,
    guests integer NOT NULL,
    CONSTRAINT bookings_sane CHECK (guests > 0)
);
