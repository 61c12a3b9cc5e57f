--- reverts file 7 of 7
ALTER TABLE items DROP CONSTRAINT items_shelf_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_shelf_fkey FOREIGN KEY (shelf) REFERENCES shelves(code) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_shelf_is_known;
ALTER TABLE items
    ADD CONSTRAINT items_shelf_is_known CHECK (((shelf >= 1) AND (shelf <= 9))) NOT VALID;
COMMENT ON CONSTRAINT items_shelf_is_known ON items IS 'Nine shelves';
--- reverts file 6 of 7
--- alone in a file
DROP INDEX CONCURRENTLY items_sum_idx;
--- reverts file 5 of 7
COMMENT ON INDEX items_high_idx IS NULL;
--- reverts file 4 of 7
--- alone in a file
DROP INDEX CONCURRENTLY items_high_idx;
--- reverts file 3 of 7
ALTER TABLE items DROP COLUMN label;
ALTER TABLE items DROP CONSTRAINT items_shelf_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of shelves.code fit integer
--   count: SELECT count(*) FROM shelves WHERE code NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE shelves SET code = … WHERE code NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE shelves ALTER COLUMN code SET DATA TYPE integer;
ANALYZE shelves;
ALTER TABLE items DROP CONSTRAINT items_shelf_is_known;
ALTER TABLE items ALTER COLUMN shelf DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.shelf fit integer
--   count: SELECT count(*) FROM items WHERE shelf NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET shelf = … WHERE shelf NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN shelf SET DATA TYPE integer;
ALTER TABLE items ALTER COLUMN shelf SET DEFAULT 1;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN label text GENERATED ALWAYS AS ('at '::text || shelf) STORED;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_shelf_is_known does not allow
--   count: SELECT count(*) FROM items WHERE NOT (((shelf >= 1) AND (shelf <= 9)))
--   template: UPDATE items SET … WHERE NOT (((shelf >= 1) AND (shelf <= 9)));
ALTER TABLE items
    ADD CONSTRAINT items_shelf_is_known CHECK (((shelf >= 1) AND (shelf <= 9)));
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_shelf_fkey does not allow
--   count: SELECT count(*) FROM items WHERE shelf IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM shelves AS other WHERE other.code = items.shelf)
--   template: UPDATE items SET … WHERE shelf IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM shelves AS other WHERE other.code = items.shelf);
ALTER TABLE items
    ADD CONSTRAINT items_shelf_fkey FOREIGN KEY (shelf) REFERENCES shelves(code);
COMMENT ON CONSTRAINT items_shelf_is_known ON items IS 'Nine shelves';
ANALYZE items;
--- reverts file 2 of 7
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_sum_idx ON items USING btree (((shelf + place)));
--- reverts file 1 of 7
-- hazards: blocks-writes, builds-index
CREATE INDEX items_high_idx ON items USING btree (place) WHERE (shelf > 5);
COMMENT ON INDEX items_high_idx IS 'High up';
