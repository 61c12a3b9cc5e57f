--- reverts file 4 of 4
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_weight_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((weight > 0))
--   template: UPDATE items SET … WHERE NOT ((weight > 0));
ALTER TABLE items
    ADD CONSTRAINT items_weight_check CHECK ((weight > 0));
ALTER TABLE items DROP CONSTRAINT items_size_check;
ALTER TABLE items
    ADD CONSTRAINT items_size_check CHECK (((size >= 1) AND (size <= 100))) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE items DROP CONSTRAINT items_size_check;
--- reverts file 2 of 4
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_size_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((size > 0))
--   template: UPDATE items SET … WHERE NOT ((size > 0));
ALTER TABLE items
    ADD CONSTRAINT items_size_check CHECK ((size > 0));
ALTER TABLE items DROP CONSTRAINT items_name_check;
ALTER TABLE items
    ADD CONSTRAINT items_name_check CHECK ((char_length(name) <= 200)) NOT VALID;
--- reverts file 1 of 4
ALTER TABLE items DROP CONSTRAINT items_name_check;
