CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE items (
    id serial PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'ok',
    name text CHECK (name IN ('a', 'b'))
);
CREATE INDEX ON items (lower(name)) WHERE mood = 'ok';
