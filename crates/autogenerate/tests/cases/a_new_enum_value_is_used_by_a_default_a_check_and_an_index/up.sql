ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';
--- a new file
CREATE TABLE pets (
    id integer NOT NULL,
    mood mood DEFAULT 'ok'::mood,
    CONSTRAINT pets_pkey PRIMARY KEY (id)
);
ALTER TABLE people ALTER COLUMN mood SET DEFAULT 'ok'::mood;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY people_ok_idx ON people USING btree (id) WHERE (mood = 'ok'::mood);
--- a new file
-- slot in portions: resolve rows of people that people_mood_check does not allow
--   count: SELECT count(*) FROM people WHERE NOT (((mood >= 'sad'::mood) AND ((id > 0) OR (mood = 'ok'::mood))))
--   template: UPDATE people SET … WHERE NOT (((mood >= 'sad'::mood) AND ((id > 0) OR (mood = 'ok'::mood))));
ALTER TABLE people
    ADD CONSTRAINT people_mood_check CHECK (((mood >= 'sad'::mood) AND ((id > 0) OR (mood = 'ok'::mood)))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE people VALIDATE CONSTRAINT people_mood_check;
