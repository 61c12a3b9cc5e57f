ALTER TYPE mood ADD VALUE 'b';
ALTER TABLE items ALTER COLUMN name DROP NOT NULL;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_new2 ON items USING btree (name);
--- alone in a file
DROP INDEX CONCURRENTLY items_name;
--- a new file
ALTER INDEX items_name_new2 RENAME TO items_name;
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
