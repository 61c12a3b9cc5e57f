-- rename column items.title to name
-- rename column items.place to shelf_id
CREATE TABLE shelves (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    shelf_id integer REFERENCES shelves CHECK (shelf_id > 0)
);
CREATE INDEX ON items (lower(name));
CREATE INDEX ON items (shelf_id, name);
