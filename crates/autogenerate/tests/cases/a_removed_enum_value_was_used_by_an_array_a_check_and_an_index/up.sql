--- alone in a file
DROP INDEX CONCURRENTLY people_ok_idx;
--- a new file
ALTER TABLE people DROP CONSTRAINT people_mood_check;
ALTER TABLE people DROP CONSTRAINT people_moods_check;
-- slot: replace 'ok' in people.mood, people.moods
--   count: SELECT (SELECT count(*) FROM people WHERE mood::text IN ('ok')) + (SELECT count(*) FROM people WHERE moods::text[] && ARRAY['ok'])
--   template: UPDATE people SET mood = … WHERE mood = 'ok';
--   template: UPDATE people SET moods = array_replace(moods, 'ok', …) WHERE 'ok' = ANY (moods);
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN moods DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE people ALTER COLUMN moods SET DATA TYPE mood[] USING moods::text[]::mood[];
ALTER TABLE people ALTER COLUMN moods SET DEFAULT '{sad}'::mood[];
DROP TYPE mood_old;
--- a new file
-- slot in portions: resolve rows of people that people_mood_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((mood <> 'happy'::mood) OR (id > 0)))
--   template: UPDATE people SET … WHERE NOT (((mood <> 'happy'::mood) OR (id > 0)));
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood <> 'happy'::mood) OR (id > 0))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE people VALIDATE CONSTRAINT people_mood_check;
ANALYZE people;
