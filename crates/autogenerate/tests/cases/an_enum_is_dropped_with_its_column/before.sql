CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE unused AS ENUM ();
CREATE TABLE people (
    id integer PRIMARY KEY,
    mood mood
);
