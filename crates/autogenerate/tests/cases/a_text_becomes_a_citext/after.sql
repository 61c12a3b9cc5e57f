CREATE EXTENSION citext;
CREATE TABLE users (id integer PRIMARY KEY, email citext UNIQUE, name citext, nick citext, code citext);
CREATE INDEX ON users (name);
CREATE UNIQUE INDEX ON users (nick, id) WHERE nick <> '';
