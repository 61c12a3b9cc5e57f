CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    title text
);
CREATE INDEX items_name_idx ON items (name);
