CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE unused AS ENUM ();
ALTER TABLE people ADD COLUMN mood mood;
