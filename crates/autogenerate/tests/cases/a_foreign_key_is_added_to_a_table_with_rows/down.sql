ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
