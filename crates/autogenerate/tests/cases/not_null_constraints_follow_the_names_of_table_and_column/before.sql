CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL,
    size integer NOT NULL,
    weight integer CONSTRAINT weighed NOT NULL
);
