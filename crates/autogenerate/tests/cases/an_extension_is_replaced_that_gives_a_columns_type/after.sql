-- scope: database
CREATE SCHEMA extensions;
CREATE EXTENSION btree_gist SCHEMA extensions;
CREATE TABLE users (
    id integer PRIMARY KEY,
    email text NOT NULL UNIQUE
);
CREATE TABLE bookings (
    room integer NOT NULL,
    during tsrange NOT NULL,
    CONSTRAINT bookings_do_not_overlap EXCLUDE USING gist (room WITH =, during WITH &&)
);
