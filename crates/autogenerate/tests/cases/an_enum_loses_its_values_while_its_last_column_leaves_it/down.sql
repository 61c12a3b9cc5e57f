--- reverts file 2 of 2
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('calm');
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit mood
--   count: SELECT count(*) FROM people WHERE mood::text NOT IN ('calm')
--   template: UPDATE people SET mood = … WHERE mood::text NOT IN ('calm');
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::mood;
DROP TYPE mood_old;
ANALYZE people;
--- reverts file 1 of 2
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_mood_idx ON people USING btree (mood);
