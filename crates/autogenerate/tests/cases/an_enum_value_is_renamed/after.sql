-- rename value mood.sad to unhappy
CREATE TYPE mood AS ENUM ('unhappy', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'unhappy',
    CONSTRAINT people_mood_check CHECK (mood <> 'unhappy' OR id > 0)
);
