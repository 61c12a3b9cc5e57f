--- a new file
-- slot in portions: resolve rows of items that items_id_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((id > 2))
--   template: UPDATE items SET … WHERE NOT ((id > 2));
ALTER TABLE items
    ADD CONSTRAINT items_id_check CHECK ((id > 2)) NOT VALID;
--- a new file
-- slot in portions: resolve rows of items that items_price_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((price > 2))
--   template: UPDATE items SET … WHERE NOT ((price > 2));
ALTER TABLE items
    ADD CONSTRAINT items_price_check CHECK ((price > 2)) NOT VALID;
--- a new file
-- slot in portions: populate items.owner
--   count: SELECT count(*) FROM items WHERE owner IS NULL
--   template: UPDATE items SET owner = … WHERE owner IS NULL;
ALTER TABLE items ADD CONSTRAINT items_owner_is_set CHECK (owner IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_id_check;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_owner_is_set;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_price_check;
ALTER TABLE items ALTER COLUMN owner SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_owner_is_set;
