CREATE TABLE collections (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    collection_id integer
);
ALTER TABLE items ADD CONSTRAINT items_collection_fkey FOREIGN KEY (collection_id) REFERENCES collections NOT VALID;
ALTER TABLE items ADD CONSTRAINT items_collection_check CHECK (collection_id > 0) NOT VALID;
