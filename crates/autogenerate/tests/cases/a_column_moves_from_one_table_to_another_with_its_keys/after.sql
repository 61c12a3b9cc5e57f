CREATE TABLE kinds (
    id integer PRIMARY KEY
);
CREATE TABLE a (
    id integer PRIMARY KEY
);
CREATE TABLE b (
    id integer PRIMARY KEY,
    kind_id integer CONSTRAINT kind_fkey REFERENCES kinds,
    CONSTRAINT one_kind UNIQUE (kind_id)
);
