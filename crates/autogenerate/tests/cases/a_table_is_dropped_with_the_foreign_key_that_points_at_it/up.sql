ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE collections_copy AS TABLE collections
DROP TABLE collections;
