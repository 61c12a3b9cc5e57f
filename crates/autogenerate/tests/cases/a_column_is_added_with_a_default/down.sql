-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_attributes_copy AS SELECT id, attributes FROM items
ALTER TABLE items DROP COLUMN attributes;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_created_at_copy AS SELECT id, created_at FROM items
ALTER TABLE items DROP COLUMN created_at;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_tags_copy AS SELECT id, tags FROM items
ALTER TABLE items DROP COLUMN tags;
