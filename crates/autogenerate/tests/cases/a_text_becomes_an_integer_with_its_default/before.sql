CREATE TABLE items (
    id integer PRIMARY KEY,
    size text NOT NULL DEFAULT '0'
);
CREATE INDEX ON items (size) WHERE size <> '0';
