-- slot: replace 'awful', 'meh', 'ok', 'ecstatic' in people.mood
--   count: SELECT (SELECT count(*) FROM people WHERE mood::text IN ('awful', 'meh', 'ok', 'ecstatic'))
--   template: UPDATE people SET mood = … WHERE mood = 'awful';
--   template: UPDATE people SET mood = … WHERE mood = 'meh';
--   template: UPDATE people SET mood = … WHERE mood = 'ok';
--   template: UPDATE people SET mood = … WHERE mood = 'ecstatic';
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
DROP TYPE mood_old;
ANALYZE people;
