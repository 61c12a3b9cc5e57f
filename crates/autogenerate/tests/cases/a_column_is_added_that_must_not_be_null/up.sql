ALTER TABLE items ADD COLUMN sku character varying(20);
--- a new file
-- slot in portions: populate items.sku
--   count: SELECT count(*) FROM items
--   template: UPDATE items SET sku = … WHERE sku IS NULL;
ALTER TABLE items ADD CONSTRAINT items_sku_is_set CHECK (sku IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_sku_is_set;
ALTER TABLE items ALTER COLUMN sku SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_sku_is_set;
