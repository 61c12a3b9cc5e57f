CREATE TABLE shelves (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    title text NOT NULL UNIQUE,
    place integer REFERENCES shelves CHECK (place > 0)
);
CREATE INDEX ON items (lower(title));
CREATE INDEX ON items (place, title);
