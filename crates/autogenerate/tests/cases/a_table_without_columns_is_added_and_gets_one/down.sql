-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.bare_a AS SELECT a FROM bare;
ALTER TABLE bare DROP COLUMN a;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.barer AS TABLE barer;
DROP TABLE barer;
