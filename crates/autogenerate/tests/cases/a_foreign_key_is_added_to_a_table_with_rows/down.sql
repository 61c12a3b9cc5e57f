--- reverts file 2 of 2
ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) NOT VALID;
--- reverts file 1 of 2
ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
