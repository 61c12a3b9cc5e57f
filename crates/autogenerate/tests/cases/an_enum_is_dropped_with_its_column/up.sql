-- hazards: deletes-data
-- to keep a copy: CREATE TABLE people_mood_copy AS SELECT id, mood FROM people
ALTER TABLE people DROP COLUMN mood;
DROP TYPE mood;
DROP TYPE unused;
