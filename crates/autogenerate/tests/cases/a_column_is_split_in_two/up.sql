ALTER TABLE people ADD COLUMN first_name text;
ALTER TABLE people ADD COLUMN last_name text;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_last_name_first_name_idx ON people
    USING btree (last_name, first_name);
--- a new file
-- slot in portions: populate people.first_name, people.last_name
--   count: SELECT count(*) FROM people
--   template: UPDATE people SET first_name = …, last_name = … WHERE first_name IS NULL OR last_name IS NULL;
ALTER TABLE people ADD CONSTRAINT people_first_name_is_set CHECK (first_name IS NOT NULL) NOT VALID,
    ADD CONSTRAINT people_last_name_is_set CHECK (last_name IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE people VALIDATE CONSTRAINT people_first_name_is_set;
-- hazards: may-fail-on-data
ALTER TABLE people VALIDATE CONSTRAINT people_last_name_is_set;
ALTER TABLE people ALTER COLUMN first_name SET NOT NULL;
ALTER TABLE people DROP CONSTRAINT people_first_name_is_set;
ALTER TABLE people ALTER COLUMN last_name SET NOT NULL;
ALTER TABLE people DROP CONSTRAINT people_last_name_is_set;
--- alone in a file
DROP INDEX CONCURRENTLY people_name_idx;
--- a new file
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people_name AS SELECT id, name FROM people;
ALTER TABLE people DROP COLUMN name;
