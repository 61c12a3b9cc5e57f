CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    size integer
);
CREATE INDEX items_name_idx ON items (name);
