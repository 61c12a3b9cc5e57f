--- reverts file 6 of 6
ALTER TABLE people ADD COLUMN name text;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate people.name
--   count: SELECT count(*) FROM people
--   template: UPDATE people SET name = … WHERE name IS NULL;
ALTER TABLE people ALTER COLUMN name SET NOT NULL;
--- reverts file 5 of 6
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_name_idx ON people USING btree (name);
--- reverts file 4 of 6
ALTER TABLE people ALTER COLUMN first_name DROP NOT NULL;
ALTER TABLE people ALTER COLUMN last_name DROP NOT NULL;
ALTER TABLE people
    ADD CONSTRAINT people_first_name_is_set CHECK ((first_name IS NOT NULL)) NOT VALID;
ALTER TABLE people
    ADD CONSTRAINT people_last_name_is_set CHECK ((last_name IS NOT NULL)) NOT VALID;
--- reverts file 3 of 6
ALTER TABLE people DROP CONSTRAINT people_first_name_is_set;
ALTER TABLE people DROP CONSTRAINT people_last_name_is_set;
--- reverts file 2 of 6
--- alone in a file
DROP INDEX CONCURRENTLY people_last_name_first_name_idx;
--- reverts file 1 of 6
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people_first_name AS SELECT id, first_name FROM people;
ALTER TABLE people DROP COLUMN first_name;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people_last_name AS SELECT id, last_name FROM people;
ALTER TABLE people DROP COLUMN last_name;
