-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_note_copy AS SELECT id, note FROM items
ALTER TABLE items DROP COLUMN note;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_sku_copy AS SELECT id, sku FROM items
ALTER TABLE items DROP COLUMN sku;
