CREATE TYPE new_mood AS ENUM ('happy', 'sad', 'other');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood new_mood NOT NULL DEFAULT 'sad'
);
