ALTER TABLE items
    ADD CONSTRAINT items_collection_check CHECK ((collection_id > 0)) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_collection_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) NOT VALID;
