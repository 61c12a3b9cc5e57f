CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE mood_old (x integer);
CREATE TABLE items (kind mood, name text, code text);
CREATE INDEX items_name ON items (name);
CREATE INDEX items_name_new ON items (code);
