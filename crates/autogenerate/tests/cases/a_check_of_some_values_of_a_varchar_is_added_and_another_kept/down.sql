ALTER TABLE items ALTER COLUMN colour DROP DEFAULT;
ALTER TABLE items ALTER COLUMN colour DROP NOT NULL;
--- alone in a file
DROP INDEX CONCURRENTLY items_id_idx;
--- a new file
ALTER TABLE items DROP CONSTRAINT items_colour_check;
