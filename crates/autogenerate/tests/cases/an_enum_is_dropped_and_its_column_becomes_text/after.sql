CREATE TABLE people (
    id integer PRIMARY KEY,
    mood text NOT NULL DEFAULT 'ok',
    moods text[]
);
CREATE INDEX people_mood_idx ON people (mood) WHERE mood = 'ok';
