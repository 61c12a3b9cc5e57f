-- hazards: deletes-data
-- to keep a copy: CREATE TABLE people_copy AS TABLE people
DROP TABLE people;
DROP TYPE mood;
