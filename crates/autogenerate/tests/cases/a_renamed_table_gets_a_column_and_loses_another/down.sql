--- reverts file 6 of 6
ALTER TABLE items ADD COLUMN colour text;
--- reverts file 5 of 6
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY things_colour_idx ON items USING btree (colour);
--- reverts file 4 of 6
ALTER TABLE items ALTER COLUMN size DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_size_is_set CHECK ((size IS NOT NULL)) NOT VALID;
--- reverts file 3 of 6
ALTER TABLE items DROP CONSTRAINT items_size_is_set;
--- reverts file 2 of 6
--- alone in a file
DROP INDEX CONCURRENTLY items_weight_idx;
--- reverts file 1 of 6
ALTER TABLE items RENAME TO things;
ALTER TABLE things RENAME CONSTRAINT items_pkey TO things_pkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.things_weight AS SELECT id, weight FROM things;
ALTER TABLE things DROP COLUMN weight;
