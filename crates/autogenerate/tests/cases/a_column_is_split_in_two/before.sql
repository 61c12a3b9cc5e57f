CREATE TABLE people (
    id integer PRIMARY KEY,
    name text NOT NULL
);
CREATE INDEX ON people (name);
