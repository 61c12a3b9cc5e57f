CREATE TABLE items (
    id integer PRIMARY KEY,
    tags varchar(20)[] NOT NULL DEFAULT '{}',
    ids bigint[],
    names text[],
    notes varchar[]
);
CREATE INDEX ON items USING gin (tags);
