CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE mood IS 'How one feels';
CREATE TABLE people (
    id integer NOT NULL,
    mood mood DEFAULT 'it''s ok'::mood NOT NULL,
    moods mood[] DEFAULT '{}'::mood[] NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id),
    CONSTRAINT people_mood_check CHECK (((mood <> 'sad'::mood) OR (moods <> '{}'::mood[])))
);
CREATE INDEX people_mood_idx ON people USING btree (mood) WHERE (mood = 'happy'::mood);
