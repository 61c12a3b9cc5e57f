CREATE TABLE bookings (
    id integer PRIMARY KEY,
    during int4range NOT NULL,
    CONSTRAINT bookings_do_not_overlap EXCLUDE USING gist (during WITH &&)
);
COMMENT ON CONSTRAINT bookings_do_not_overlap ON bookings IS 'One guest a night';
