CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'sad',
    CONSTRAINT people_mood_check CHECK (mood <> 'sad' OR id > 0)
);
