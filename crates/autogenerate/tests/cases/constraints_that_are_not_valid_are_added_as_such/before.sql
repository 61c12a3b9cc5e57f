CREATE TABLE collections (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    collection_id integer
);
