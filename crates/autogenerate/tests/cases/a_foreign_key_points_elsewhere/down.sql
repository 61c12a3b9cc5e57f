--- reverts file 2 of 2
ALTER TABLE items DROP CONSTRAINT items_place_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_place_fkey FOREIGN KEY (place_id) REFERENCES stores(id) NOT VALID;
--- reverts file 1 of 2
ALTER TABLE items DROP CONSTRAINT items_place_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_place_fkey does not allow
--   count: SELECT count(*) FROM items WHERE place_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM shops AS other WHERE other.id = items.place_id)
--   template: UPDATE items SET … WHERE place_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM shops AS other WHERE other.id = items.place_id);
ALTER TABLE items
    ADD CONSTRAINT items_place_fkey FOREIGN KEY (place_id) REFERENCES shops(id);
