CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'ok',
    CONSTRAINT people_mood_check CHECK (mood >= 'sad' AND (id > 0 OR mood = 'ok'))
);
CREATE INDEX people_ok_idx ON people (id) WHERE mood = 'ok';
CREATE TABLE pets (
    id integer PRIMARY KEY,
    mood mood DEFAULT 'ok'
);
