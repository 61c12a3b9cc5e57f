CREATE TYPE old_mood AS ENUM ('sad', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood old_mood NOT NULL DEFAULT 'sad'
);
