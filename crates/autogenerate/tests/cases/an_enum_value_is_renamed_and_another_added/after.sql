-- rename value mood.sad to unhappy
CREATE TYPE mood AS ENUM ('unhappy', 'ok', 'happy');
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'ok'
);
