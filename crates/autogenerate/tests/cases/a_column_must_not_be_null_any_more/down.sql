--- reverts file 3 of 3
ALTER TABLE items ALTER COLUMN name DROP NOT NULL;
ALTER TABLE items ALTER COLUMN size DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_name_is_set CHECK ((name IS NOT NULL)) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_size_is_set CHECK ((size IS NOT NULL)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE items DROP CONSTRAINT items_size_is_set;
--- reverts file 1 of 3
ALTER TABLE items DROP CONSTRAINT items_name_is_set;
