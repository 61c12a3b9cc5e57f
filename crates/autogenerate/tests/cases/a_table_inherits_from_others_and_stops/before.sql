CREATE TABLE dated (created_at date NOT NULL DEFAULT '2026-01-01', CONSTRAINT dated_check CHECK (created_at > '2000-01-01'));
CREATE TABLE named (name text);
CREATE TABLE notes (id integer PRIMARY KEY) INHERITS (dated, named);
CREATE TABLE drafts (id integer, name text);
ALTER TABLE drafts INHERIT named;
