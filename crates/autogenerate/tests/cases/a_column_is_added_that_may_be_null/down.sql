-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_sku_copy AS SELECT id, sku FROM items
ALTER TABLE items DROP COLUMN sku;
