ALTER TABLE items ADD COLUMN place integer;
ALTER TABLE items ADD COLUMN shelf_id integer;
ALTER TABLE items
    ADD CONSTRAINT items_place_check CHECK ((place > 0)) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves(id) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_shelf_id_idx ON items USING btree (shelf_id);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY items_place_key ON items USING btree (place);
--- a new file
ALTER TABLE items VALIDATE CONSTRAINT items_place_check;
ALTER TABLE items VALIDATE CONSTRAINT items_shelf_id_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_place_key UNIQUE USING INDEX items_place_key;
