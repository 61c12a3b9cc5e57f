--- alone in a file
DROP INDEX CONCURRENTLY people_mood_idx;
--- a new file
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of people.mood fit character varying(20)
--   count: SELECT count(*) FROM people WHERE char_length(mood::text) > 20
--   template: UPDATE people SET mood = … WHERE char_length(mood::text) > 20;
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE character varying(20) USING mood::character varying(20);
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ();
DROP TYPE mood_old;
ANALYZE people;
