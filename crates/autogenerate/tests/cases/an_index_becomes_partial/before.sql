CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    deleted_at timestamptz
);
CREATE INDEX items_name_idx ON items (name);
