-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people_mood AS SELECT id, mood FROM people;
ALTER TABLE people DROP COLUMN mood;
DROP TYPE mood;
DROP TYPE unused;
