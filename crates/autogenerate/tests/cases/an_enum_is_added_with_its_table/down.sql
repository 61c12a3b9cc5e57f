-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people AS TABLE people;
DROP TABLE people;
DROP TYPE mood;
