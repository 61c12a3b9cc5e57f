ALTER TABLE items RENAME TO things;
ALTER TABLE things RENAME CONSTRAINT items_pkey TO things_pkey;
ALTER TABLE things ADD COLUMN colour text;
ALTER TABLE things ALTER COLUMN size DROP NOT NULL;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY things_colour_idx ON things USING btree (colour);
--- alone in a file
DROP INDEX CONCURRENTLY items_weight_idx;
--- a new file
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.things_weight AS SELECT id, weight FROM things;
ALTER TABLE things DROP COLUMN weight;
