CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE mood IS 'How one feels';
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'it''s ok',
    moods mood[] NOT NULL DEFAULT '{}',
    CONSTRAINT people_mood_check CHECK (mood <> 'sad' OR moods <> '{}')
);
CREATE INDEX ON people (mood) WHERE mood = 'happy';
