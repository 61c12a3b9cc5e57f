-- scope: database
CREATE EXTENSION pg_trgm;
CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL
);
CREATE INDEX items_name_idx ON items USING gin (name gin_trgm_ops);
