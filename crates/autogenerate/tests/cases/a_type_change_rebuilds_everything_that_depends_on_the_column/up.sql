--- alone in a file
DROP INDEX CONCURRENTLY items_high_idx;
--- alone in a file
DROP INDEX CONCURRENTLY items_sum_idx;
--- a new file
ALTER TABLE items DROP COLUMN label;
ALTER TABLE items DROP CONSTRAINT items_shelf_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE shelves ALTER COLUMN code SET DATA TYPE bigint;
ANALYZE shelves;
ALTER TABLE items DROP CONSTRAINT items_shelf_is_known;
ALTER TABLE items ALTER COLUMN shelf DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN shelf SET DATA TYPE bigint;
ALTER TABLE items ALTER COLUMN shelf SET DEFAULT 1;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN label text GENERATED ALWAYS AS ('at '::text || shelf) STORED;
ALTER TABLE items
    ADD CONSTRAINT items_shelf_is_known CHECK (((shelf >= 1) AND (shelf <= 9))) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_shelf_fkey FOREIGN KEY (shelf) REFERENCES shelves(code) NOT VALID;
COMMENT ON CONSTRAINT items_shelf_is_known ON items IS 'Nine shelves';
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_high_idx ON items USING btree (place) WHERE (shelf > 5);
--- a new file
COMMENT ON INDEX items_high_idx IS 'High up';
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_sum_idx ON items USING btree (((shelf + place)));
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_shelf_fkey;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_shelf_is_known;
ANALYZE items;
