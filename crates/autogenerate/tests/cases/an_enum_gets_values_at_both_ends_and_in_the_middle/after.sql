CREATE TYPE mood AS ENUM ('awful', 'sad', 'meh', 'ok', 'happy', 'ecstatic');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL
);
