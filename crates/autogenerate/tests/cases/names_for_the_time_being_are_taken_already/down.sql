--- reverts file 6 of 6
ALTER INDEX items_name RENAME TO items_name_new2;
--- reverts file 5 of 6
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name ON items USING btree (name);
--- reverts file 4 of 6
ALTER TABLE items ALTER COLUMN name DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_name_is_set2 CHECK ((name IS NOT NULL)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
ALTER TABLE items
    ADD CONSTRAINT items_name_is_set CHECK ((name <> ''::text)) NOT VALID;
--- reverts file 3 of 6
ALTER TABLE items DROP CONSTRAINT items_name_is_set2;
--- reverts file 2 of 6
--- alone in a file
DROP INDEX CONCURRENTLY items_name_new2;
--- reverts file 1 of 6
ALTER TYPE mood ADD VALUE 'b';
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
