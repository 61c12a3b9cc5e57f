CREATE TABLE collections (
    id bigint PRIMARY KEY,
    parent_id bigint REFERENCES collections
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE
);
CREATE INDEX ON items (collection_id);
