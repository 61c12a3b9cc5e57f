--- reverts file 5 of 5
ALTER TABLE items ALTER COLUMN colour DROP NOT NULL;
ALTER TABLE items
    ADD CONSTRAINT items_colour_is_set CHECK ((colour IS NOT NULL)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_colour_check;
ALTER TABLE items
    ADD CONSTRAINT items_colour_check CHECK (((colour)::text = ANY (ARRAY[('red'::character varying)::text, ('green'::character varying)::text]))) NOT VALID;
--- reverts file 4 of 5
ALTER TABLE items DROP CONSTRAINT items_colour_check;
--- reverts file 3 of 5
ALTER TABLE items DROP CONSTRAINT items_colour_is_set;
--- reverts file 2 of 5
--- alone in a file
DROP INDEX CONCURRENTLY items_id_idx;
--- reverts file 1 of 5
ALTER TABLE items ALTER COLUMN colour DROP DEFAULT;
