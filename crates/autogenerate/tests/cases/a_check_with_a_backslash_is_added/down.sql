--- reverts file 3 of 3
ALTER TABLE items DROP CONSTRAINT items_code_check;
ALTER TABLE items
    ADD CONSTRAINT items_code_check CHECK ((code ~ E'^\\d+$'::text)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE items DROP CONSTRAINT items_code_check;
--- reverts file 1 of 3
ALTER TABLE items ALTER COLUMN code DROP DEFAULT;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.paths_1 AS TABLE paths_1;
DROP TABLE paths_1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.paths AS TABLE paths;
DROP TABLE paths;
