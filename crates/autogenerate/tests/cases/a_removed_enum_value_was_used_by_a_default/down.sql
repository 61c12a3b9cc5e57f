ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('sad', 'ok', 'happy')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('sad', 'ok', 'happy');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
ANALYZE people;
DROP TYPE mood_old;
