-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_sku AS SELECT id, sku FROM items;
ALTER TABLE items DROP COLUMN sku;
