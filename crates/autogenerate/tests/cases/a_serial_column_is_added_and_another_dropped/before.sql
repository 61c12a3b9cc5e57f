CREATE TABLE items (
    a serial,
    name text
);
