CREATE TYPE mood AS ENUM ('glad', 'fine', 'sad');
CREATE DOMAIN shown AS mood CHECK (VALUE <> 'sad');
CREATE TABLE people (id integer PRIMARY KEY, mood shown DEFAULT 'fine');
