--- alone in a file
DROP INDEX CONCURRENTLY items_shelf_id_idx;
--- a new file
ALTER TABLE items DROP CONSTRAINT items_place_check;
ALTER TABLE items DROP CONSTRAINT items_place_key;
ALTER TABLE items DROP CONSTRAINT items_shelf_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_place AS SELECT id, place FROM items;
ALTER TABLE items DROP COLUMN place;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_shelf_id AS SELECT id, shelf_id FROM items;
ALTER TABLE items DROP COLUMN shelf_id;
