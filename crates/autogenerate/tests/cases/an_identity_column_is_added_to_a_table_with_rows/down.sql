ALTER TABLE items DROP CONSTRAINT items_pkey;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_id_copy AS SELECT id FROM items
ALTER TABLE items DROP COLUMN id;
