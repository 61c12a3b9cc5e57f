CREATE TABLE collections (
    id integer PRIMARY KEY,
    parent_id integer REFERENCES collections
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    collection_id integer NOT NULL REFERENCES collections ON DELETE CASCADE
);
CREATE INDEX ON items (collection_id);
