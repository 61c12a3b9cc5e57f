CREATE TYPE old_mood AS ENUM ('sad', 'happy');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit old_mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('sad', 'happy')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('sad', 'happy');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE old_mood USING mood::text::old_mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'sad'::old_mood;
ANALYZE people;
DROP TYPE new_mood;
