CREATE TABLE items (
    id integer PRIMARY KEY,
    name text
);
CREATE INDEX by_name ON items (name);
