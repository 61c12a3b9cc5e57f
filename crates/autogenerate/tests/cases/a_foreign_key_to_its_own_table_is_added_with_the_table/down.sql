-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.categories AS TABLE categories;
DROP TABLE categories;
