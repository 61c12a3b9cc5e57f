--- a new file
-- slot in portions: resolve rows of items that items_name_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((char_length(name) <= 200))
--   template: UPDATE items SET … WHERE NOT ((char_length(name) <= 200));
ALTER TABLE items
    ADD CONSTRAINT items_name_check CHECK ((char_length(name) <= 200)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_name_check;
ALTER TABLE items DROP CONSTRAINT items_size_check;
--- a new file
-- slot in portions: resolve rows of items that items_size_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT (((size >= 1) AND (size <= 100)))
--   template: UPDATE items SET … WHERE NOT (((size >= 1) AND (size <= 100)));
ALTER TABLE items
    ADD CONSTRAINT items_size_check CHECK (((size >= 1) AND (size <= 100))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_size_check;
ALTER TABLE items DROP CONSTRAINT items_weight_check;
