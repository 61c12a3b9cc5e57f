CREATE SCHEMA archive;
CREATE TABLE items (
    id serial PRIMARY KEY,
    name text UNIQUE
);
