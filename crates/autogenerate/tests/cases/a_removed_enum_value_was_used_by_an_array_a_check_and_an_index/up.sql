--- alone in a file
DROP INDEX CONCURRENTLY people_ok_idx;
--- a new file
ALTER TABLE people DROP CONSTRAINT people_mood_check;
ALTER TABLE people DROP CONSTRAINT people_moods_check;
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('sad', 'happy')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('sad', 'happy');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN moods DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of people.moods fit mood[]
--   count: SELECT count(*) FROM people WHERE NOT moods::text[] <@ ARRAY['sad', 'happy']::text[]
--   template: UPDATE people SET moods = … WHERE NOT moods::text[] <@ ARRAY['sad', 'happy']::text[];
ALTER TABLE people ALTER COLUMN moods SET DATA TYPE mood[] USING moods::text[]::mood[];
ALTER TABLE people ALTER COLUMN moods SET DEFAULT '{sad}'::mood[];
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood <> 'happy'::mood) OR (id > 0))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of people that people_mood_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((mood <> 'happy'::mood) OR (id > 0)))
--   template: UPDATE people SET … WHERE NOT (((mood <> 'happy'::mood) OR (id > 0)));
ALTER TABLE people VALIDATE CONSTRAINT people_mood_check;
ANALYZE people;
DROP TYPE mood_old;
