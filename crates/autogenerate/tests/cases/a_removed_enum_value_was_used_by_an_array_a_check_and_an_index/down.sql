ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';
--- a new file
ALTER TABLE people ALTER COLUMN moods SET DEFAULT '{sad,ok}'::mood[];
ALTER TABLE people
    ADD CONSTRAINT people_moods_check CHECK (((NOT ('ok'::mood = ANY (moods))) OR (id > 0))) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_ok_idx ON people USING btree (id) WHERE (mood = 'ok'::mood);
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of people that people_moods_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((NOT ('ok'::mood = ANY (moods))) OR (id > 0)))
--   template: UPDATE people SET … WHERE NOT (((NOT ('ok'::mood = ANY (moods))) OR (id > 0)));
ALTER TABLE people VALIDATE CONSTRAINT people_moods_check;
ALTER TABLE people DROP CONSTRAINT people_mood_check;
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood <> 'ok'::mood) OR (id > 0))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of people that people_mood_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((mood <> 'ok'::mood) OR (id > 0)))
--   template: UPDATE people SET … WHERE NOT (((mood <> 'ok'::mood) OR (id > 0)));
ALTER TABLE people VALIDATE CONSTRAINT people_mood_check;
