--- reverts file 2 of 2
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'sad'::feeling;
--- reverts file 1 of 2
ALTER TYPE feeling RENAME TO mood;
-- slot: replace 'ok' in people.mood
--   count: SELECT (SELECT count(*) FROM people WHERE mood::text IN ('ok'))
--   template: UPDATE people SET mood = … WHERE mood = 'ok';
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'happy');
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'sad'::mood;
DROP TYPE mood_old;
ANALYZE people;
