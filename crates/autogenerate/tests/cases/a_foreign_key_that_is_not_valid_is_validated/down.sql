ALTER TABLE items DROP CONSTRAINT items_collection_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_collection_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) NOT VALID;
