CREATE TYPE mood AS ENUM ('a');
CREATE TABLE mood_old (x integer);
CREATE TABLE items (kind mood, name text NOT NULL, code text, CONSTRAINT items_name_is_set CHECK (name <> ''));
CREATE INDEX items_name ON items (name DESC);
CREATE INDEX items_name_new ON items (code);
