CREATE TABLE shelves (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    place integer UNIQUE CHECK (place > 0),
    shelf_id integer REFERENCES shelves
);
CREATE INDEX ON items (shelf_id);
