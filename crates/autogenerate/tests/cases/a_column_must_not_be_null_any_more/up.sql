--- a new file
-- slot in portions: populate items.name
--   count: SELECT count(*) FROM items WHERE name IS NULL
--   template: UPDATE items SET name = … WHERE name IS NULL;
ALTER TABLE items ADD CONSTRAINT items_name_is_set CHECK (name IS NOT NULL) NOT VALID;
--- a new file
-- slot in portions: populate items.size
--   count: SELECT count(*) FROM items WHERE size IS NULL
--   template: UPDATE items SET size = … WHERE size IS NULL;
ALTER TABLE items ADD CONSTRAINT items_size_is_set CHECK (size IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_name_is_set;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_size_is_set;
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
ALTER TABLE items ALTER COLUMN size SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_size_is_set;
