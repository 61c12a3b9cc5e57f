CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood,
    moods mood[] NOT NULL DEFAULT '{sad}',
    CONSTRAINT people_mood_check CHECK (mood <> 'happy' OR id > 0)
);
CREATE INDEX people_mood_idx ON people (mood);
CREATE INDEX people_moods_idx ON people USING gin (moods);
