-- rename table things to items
CREATE TABLE items (
    id integer CONSTRAINT the_key PRIMARY KEY,
    name text CONSTRAINT the_name_is_there CHECK (name <> '')
);
CREATE INDEX by_name ON items (name);
