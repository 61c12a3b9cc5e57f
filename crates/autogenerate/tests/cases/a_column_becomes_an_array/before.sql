CREATE TABLE items (
    id integer PRIMARY KEY,
    tags text[] NOT NULL DEFAULT '{}',
    ids integer[]
);
CREATE INDEX ON items USING gin (tags);
