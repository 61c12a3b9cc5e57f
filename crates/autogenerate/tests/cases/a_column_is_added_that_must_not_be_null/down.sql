--- reverts file 3 of 3
ALTER TABLE items ALTER COLUMN sku DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_sku_is_set CHECK ((sku IS NOT NULL)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE items DROP CONSTRAINT items_sku_is_set;
--- reverts file 1 of 3
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_sku AS SELECT id, sku FROM items;
ALTER TABLE items DROP COLUMN sku;
