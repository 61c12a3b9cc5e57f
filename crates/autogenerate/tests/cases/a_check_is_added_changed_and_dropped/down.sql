ALTER TABLE items
    ADD CONSTRAINT items_weight_check CHECK ((weight > 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of items that items_weight_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((weight > 0))
--   template: UPDATE items SET … WHERE NOT ((weight > 0));
ALTER TABLE items VALIDATE CONSTRAINT items_weight_check;
ALTER TABLE items DROP CONSTRAINT items_name_check;
ALTER TABLE items DROP CONSTRAINT items_size_check;
ALTER TABLE items
    ADD CONSTRAINT items_size_check CHECK ((size > 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of items that items_size_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((size > 0))
--   template: UPDATE items SET … WHERE NOT ((size > 0));
ALTER TABLE items VALIDATE CONSTRAINT items_size_check;
