CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL,
    note text NOT NULL DEFAULT ''
);
