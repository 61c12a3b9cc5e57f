CREATE TABLE items (
    id integer PRIMARY KEY,
    collection_id integer
);
