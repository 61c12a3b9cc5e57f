-- rename table things to items
CREATE TABLE items (
    id integer PRIMARY KEY,
    size integer NOT NULL,
    weight numeric(8,2)
);
CREATE INDEX ON items (weight);
