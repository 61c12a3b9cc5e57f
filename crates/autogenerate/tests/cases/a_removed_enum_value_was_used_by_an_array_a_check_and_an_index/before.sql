CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood,
    moods mood[] NOT NULL DEFAULT '{sad,ok}',
    CONSTRAINT people_mood_check CHECK (mood <> 'ok' OR id > 0),
    CONSTRAINT people_moods_check CHECK (NOT ('ok' = ANY (moods)) OR id > 0)
);
CREATE INDEX people_ok_idx ON people (id) WHERE mood = 'ok';
CREATE INDEX people_mood_idx ON people (mood);
CREATE INDEX people_moods_idx ON people USING gin (moods);
