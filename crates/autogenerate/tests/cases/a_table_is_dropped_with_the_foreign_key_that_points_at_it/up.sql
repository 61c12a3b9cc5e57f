ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collections AS TABLE collections;
DROP TABLE collections;
