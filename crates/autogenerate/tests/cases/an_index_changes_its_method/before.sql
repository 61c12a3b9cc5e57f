CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    at timestamptz
);
CREATE INDEX items_name_idx ON items (name);
CREATE INDEX items_at_idx ON items USING brin (at) WITH (pages_per_range = 32);
