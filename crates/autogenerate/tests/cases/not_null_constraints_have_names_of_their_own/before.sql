CREATE TABLE items (
    id integer CONSTRAINT items_numbered NOT NULL,
    name text CONSTRAINT items_named NOT NULL,
    size integer
);
