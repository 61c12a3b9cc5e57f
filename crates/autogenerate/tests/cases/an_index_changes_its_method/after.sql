CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    at timestamptz
);
CREATE INDEX items_name_idx ON items USING hash (name);
CREATE INDEX items_at_idx ON items (at) WITH (fillfactor = 80);
