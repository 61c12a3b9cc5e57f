--- reverts file 4 of 4
ALTER TABLE items DROP CONSTRAINT items_check;
ALTER TABLE items
    ADD CONSTRAINT items_check CHECK ((num_nonnulls(a, b) = 1)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_code_check;
ALTER TABLE items
    ADD CONSTRAINT items_code_check CHECK ((((char_length((code)::text) >= 1) AND (char_length((code)::text) <= 9)) OR ((code)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_first_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_first_fkey FOREIGN KEY (first) REFERENCES shelves(id) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_place_check;
ALTER TABLE items
    ADD CONSTRAINT items_place_check CHECK ((place > 0)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_second_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_second_fkey FOREIGN KEY (second) REFERENCES shelves(id) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_size_check;
ALTER TABLE items
    ADD CONSTRAINT items_size_check CHECK ((size > 0)) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE items DROP CONSTRAINT items_size_check;
--- reverts file 2 of 4
ALTER TABLE items DROP CONSTRAINT items_check;
--- reverts file 1 of 4
ALTER TABLE items DROP CONSTRAINT items_code_check;
ALTER TABLE items DROP CONSTRAINT items_first_fkey;
ALTER TABLE items DROP CONSTRAINT items_place_check;
ALTER TABLE items DROP CONSTRAINT items_second_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_a AS SELECT id, a FROM items;
ALTER TABLE items DROP COLUMN a;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_b AS SELECT id, b FROM items;
ALTER TABLE items DROP COLUMN b;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_code AS SELECT id, code FROM items;
ALTER TABLE items DROP COLUMN code;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_first AS SELECT id, first FROM items;
ALTER TABLE items DROP COLUMN first;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_place AS SELECT id, place FROM items;
ALTER TABLE items DROP COLUMN place;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_second AS SELECT id, second FROM items;
ALTER TABLE items DROP COLUMN second;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_size AS SELECT id, size FROM items;
ALTER TABLE items DROP COLUMN size;
