CREATE TABLE items (
    id integer PRIMARY KEY,
    name text
);
CREATE INDEX ON items (name);
