-- scope: database
-- rename table public.items to archive.items
CREATE SCHEMA archive;
CREATE TABLE archive.items (
    id serial PRIMARY KEY,
    name text UNIQUE
);
