--- reverts file 5 of 5
CREATE TYPE mood AS ENUM ('sad', 'ok');
--- reverts file 4 of 5
--- alone in a file
DROP INDEX CONCURRENTLY people_mood_idx;
--- reverts file 3 of 5
ALTER TABLE people ALTER COLUMN mood DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('sad', 'ok')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('sad', 'ok');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::mood;
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
ANALYZE people;
--- reverts file 2 of 5
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_mood_idx ON people USING btree (mood) WHERE (mood = 'ok'::mood);
--- reverts file 1 of 5
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.moods fit mood[]
--   count: SELECT count(*) FROM people WHERE NOT moods::text[] <@ ARRAY['sad', 'ok']::text[]
--   template: UPDATE people SET moods = … WHERE NOT moods::text[] <@ ARRAY['sad', 'ok']::text[];
ALTER TABLE people ALTER COLUMN moods SET DATA TYPE mood[] USING moods::mood[];
ANALYZE people;
