CREATE TYPE new_mood AS ENUM ('happy', 'sad', 'other');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit new_mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('happy', 'sad', 'other')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('happy', 'sad', 'other');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE new_mood USING mood::text::new_mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'sad'::new_mood;
ANALYZE people;
DROP TYPE old_mood;
