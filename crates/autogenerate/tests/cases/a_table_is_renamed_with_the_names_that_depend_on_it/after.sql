-- rename table things to items
CREATE TABLE items (
    id serial PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    parent_id integer REFERENCES items
);
CREATE INDEX ON items (parent_id, name);
