ALTER TABLE items DROP CONSTRAINT items_collection_check;
ALTER TABLE items DROP CONSTRAINT items_collection_fkey;
