--- reverts file 2 of 2
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'unhappy'::mood;
--- reverts file 1 of 2
ALTER TYPE mood RENAME VALUE 'unhappy' TO 'sad';
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('unhappy', 'happy')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('sad', 'happy');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'sad'::mood;
ANALYZE people;
DROP TYPE mood_old;
