CREATE TABLE items (
    id integer PRIMARY KEY,
    tags text[] NOT NULL DEFAULT '{}',
    ids integer[],
    names varchar(20)[],
    notes varchar(20)[]
);
CREATE INDEX ON items USING gin (tags);
