CREATE TABLE items (
    id integer PRIMARY KEY,
    name text
);
CREATE UNIQUE INDEX items_name_idx ON items (name) NULLS NOT DISTINCT;
