--- reverts file 5 of 5
ALTER TABLE people DROP CONSTRAINT people_mood_check;
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood >= 'sad'::mood) AND ((id > 0) OR (mood = 'ok'::mood)))) NOT VALID;
--- reverts file 4 of 5
ALTER TABLE people DROP CONSTRAINT people_mood_check;
--- reverts file 3 of 5
--- alone in a file
DROP INDEX CONCURRENTLY people_ok_idx;
--- reverts file 2 of 5
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.pets AS TABLE pets;
DROP TABLE pets;
--- reverts file 1 of 5
-- slot: replace 'ok' in people.mood
--   count: SELECT (SELECT count(*) FROM people WHERE mood::text IN ('ok'))
--   template: UPDATE people SET mood = … WHERE mood = 'ok';
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
DROP TYPE mood_old;
ANALYZE people;
