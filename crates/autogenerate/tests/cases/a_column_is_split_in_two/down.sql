ALTER TABLE people ADD COLUMN name text;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_name_idx ON people USING btree (name);
--- a new file
-- slot: populate people.name
--   count: SELECT count(*) FROM people
--   template: -- update a large table in batches, by ranges of its key
--   template: UPDATE people SET name = … WHERE name IS NULL;
ALTER TABLE people ADD CONSTRAINT people_name_is_set CHECK (name IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE people VALIDATE CONSTRAINT people_name_is_set;
--- a new file
ALTER TABLE people ALTER COLUMN name SET NOT NULL;
ALTER TABLE people DROP CONSTRAINT people_name_is_set;
--- alone in a file
DROP INDEX CONCURRENTLY people_last_name_first_name_idx;
--- a new file
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people_first_name AS SELECT id, first_name FROM people;
ALTER TABLE people DROP COLUMN first_name;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people_last_name AS SELECT id, last_name FROM people;
ALTER TABLE people DROP COLUMN last_name;
