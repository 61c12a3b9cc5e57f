ALTER TABLE items DROP CONSTRAINT items_pkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_id AS SELECT id FROM items;
ALTER TABLE items DROP COLUMN id;
