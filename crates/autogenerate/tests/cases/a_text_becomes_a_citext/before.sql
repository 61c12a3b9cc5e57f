CREATE EXTENSION citext;
CREATE TABLE users (id integer PRIMARY KEY, email text UNIQUE, name text, nick text, code varchar(10));
CREATE INDEX ON users (name);
CREATE UNIQUE INDEX ON users (nick, id) WHERE nick <> '';
