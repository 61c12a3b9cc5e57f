--- reverts file 4 of 4
ALTER TABLE items DROP CONSTRAINT items_place_check;
ALTER TABLE items
    ADD CONSTRAINT items_place_check CHECK ((place > 0)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_place_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX items_place_key ON items USING btree (place);
ALTER TABLE items DROP CONSTRAINT items_shelf_id_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves(id) NOT VALID;
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY items_place_key;
--- reverts file 2 of 4
--- alone in a file
DROP INDEX CONCURRENTLY items_shelf_id_idx;
--- reverts file 1 of 4
ALTER TABLE items DROP CONSTRAINT items_place_check;
ALTER TABLE items DROP CONSTRAINT items_shelf_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_place AS SELECT id, place FROM items;
ALTER TABLE items DROP COLUMN place;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_shelf_id AS SELECT id, shelf_id FROM items;
ALTER TABLE items DROP COLUMN shelf_id;
