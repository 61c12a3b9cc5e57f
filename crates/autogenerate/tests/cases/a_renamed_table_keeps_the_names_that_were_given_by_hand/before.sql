CREATE TABLE things (
    id integer CONSTRAINT the_key PRIMARY KEY,
    name text CONSTRAINT the_name_is_there CHECK (name <> '')
);
CREATE INDEX by_name ON things (name);
