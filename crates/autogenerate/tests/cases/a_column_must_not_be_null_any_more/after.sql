CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL,
    size integer NOT NULL DEFAULT 3
);
