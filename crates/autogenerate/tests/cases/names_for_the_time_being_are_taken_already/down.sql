--- reverts file 7 of 7
ALTER INDEX items_name RENAME TO items_name_new2;
--- reverts file 6 of 7
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name ON items USING btree (name);
--- reverts file 5 of 7
ALTER TABLE items ALTER COLUMN name DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_name_is_set2 CHECK ((name IS NOT NULL)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
ALTER TABLE items
    ADD CONSTRAINT items_name_is_set CHECK ((name <> ''::text)) NOT VALID;
--- reverts file 4 of 7
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
--- reverts file 3 of 7
ALTER TABLE items DROP CONSTRAINT items_name_is_set2;
--- reverts file 2 of 7
--- alone in a file
DROP INDEX CONCURRENTLY items_name_new2;
--- reverts file 1 of 7
ALTER TYPE mood ADD VALUE 'b';
