--- reverts file 4 of 4
ALTER TABLE people DROP CONSTRAINT people_mood_check;
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood <> 'happy'::mood) OR (id > 0))) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE people DROP CONSTRAINT people_mood_check;
--- reverts file 2 of 4
ALTER TYPE mood RENAME TO mood_old;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE people ALTER COLUMN mood SET DATA TYPE mood USING mood::text::mood;
ALTER TABLE people ALTER COLUMN moods DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE people ALTER COLUMN moods SET DATA TYPE mood[] USING moods::text[]::mood[];
ALTER TABLE people ALTER COLUMN moods SET DEFAULT '{sad,ok}'::mood[];
DROP TYPE mood_old;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of people that people_mood_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((mood <> 'ok'::mood) OR (id > 0)))
--   template: UPDATE people SET … WHERE NOT (((mood <> 'ok'::mood) OR (id > 0)));
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood <> 'ok'::mood) OR (id > 0)));
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of people that people_moods_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((NOT ('ok'::mood = ANY (moods))) OR (id > 0)))
--   template: UPDATE people SET … WHERE NOT (((NOT ('ok'::mood = ANY (moods))) OR (id > 0)));
ALTER TABLE people
    ADD CONSTRAINT people_moods_check CHECK (((NOT ('ok'::mood = ANY (moods))) OR (id > 0)));
ANALYZE people;
--- reverts file 1 of 4
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_ok_idx ON people USING btree (id) WHERE (mood = 'ok'::mood);
