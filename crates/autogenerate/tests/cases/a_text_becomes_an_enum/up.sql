CREATE TYPE mood AS ENUM ('sad', 'ok');
ALTER TABLE people DROP CONSTRAINT people_mood_check;
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('sad', 'ok')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('sad', 'ok');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
ANALYZE people;
