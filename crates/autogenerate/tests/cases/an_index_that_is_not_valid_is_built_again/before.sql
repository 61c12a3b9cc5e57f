CREATE TABLE items (
    id integer PRIMARY KEY,
    name text
);
CREATE INDEX items_name_idx ON items (name);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'items_name_idx'::regclass;
