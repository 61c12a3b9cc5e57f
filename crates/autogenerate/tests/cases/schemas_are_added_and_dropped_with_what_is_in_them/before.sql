CREATE SCHEMA old;
COMMENT ON SCHEMA old IS 'Going';
CREATE TYPE old.mood AS ENUM ('sad', 'ok');
CREATE TABLE old.things (
    id serial PRIMARY KEY,
    mood old.mood NOT NULL DEFAULT 'ok'
);
CREATE TABLE items (
    id integer PRIMARY KEY
);
