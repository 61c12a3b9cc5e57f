--- alone in a file
DROP INDEX CONCURRENTLY items_shelf_id_idx;
--- a new file
ALTER TABLE items DROP CONSTRAINT items_place_check;
ALTER TABLE items DROP CONSTRAINT items_place_key;
ALTER TABLE items DROP CONSTRAINT items_shelf_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_place_copy AS SELECT id, place FROM items
ALTER TABLE items DROP COLUMN place;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE items_shelf_id_copy AS SELECT id, shelf_id FROM items
ALTER TABLE items DROP COLUMN shelf_id;
