-- rename table notes to remarks
-- rename column remarks.body to text
CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE remarks (
    id integer PRIMARY KEY,
    text text
);
