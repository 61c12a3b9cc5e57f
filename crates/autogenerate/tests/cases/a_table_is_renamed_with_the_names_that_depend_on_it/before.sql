CREATE TABLE things (
    id serial PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    parent_id integer REFERENCES things
);
CREATE INDEX ON things (parent_id, name);
