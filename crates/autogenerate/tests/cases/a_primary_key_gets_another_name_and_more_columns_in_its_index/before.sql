CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    size integer,
    UNIQUE (size)
);
