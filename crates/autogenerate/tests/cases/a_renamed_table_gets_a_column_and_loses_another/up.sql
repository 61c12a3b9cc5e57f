ALTER TABLE things RENAME TO items;
ALTER TABLE items RENAME CONSTRAINT things_pkey TO items_pkey;
ALTER TABLE items ADD COLUMN weight numeric(8,2);
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_weight_idx ON items USING btree (weight);
--- a new file
-- slot in portions: populate items.size
--   count: SELECT count(*) FROM things WHERE size IS NULL
--   template: UPDATE items SET size = … WHERE size IS NULL;
ALTER TABLE items ADD CONSTRAINT items_size_is_set CHECK (size IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_size_is_set;
ALTER TABLE items ALTER COLUMN size SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_size_is_set;
--- alone in a file
DROP INDEX CONCURRENTLY things_colour_idx;
--- a new file
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_colour AS SELECT id, colour FROM items;
ALTER TABLE items DROP COLUMN colour;
