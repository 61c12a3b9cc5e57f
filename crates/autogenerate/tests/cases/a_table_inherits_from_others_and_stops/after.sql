CREATE TABLE dated (created_at timestamp NOT NULL DEFAULT '2026-02-02', author text, CONSTRAINT dated_check CHECK (created_at > '2010-01-01'));
CREATE TABLE named (name text);
CREATE TABLE notes (id integer PRIMARY KEY) INHERITS (dated, named);
ALTER TABLE notes ALTER author SET DEFAULT 'nobody';
CREATE TABLE drafts (id integer, name text);
CREATE TABLE letters () INHERITS (notes);
