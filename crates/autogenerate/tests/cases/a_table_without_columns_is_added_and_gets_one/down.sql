-- hazards: deletes-data
-- to keep a copy: CREATE TABLE bare_a_copy AS SELECT a FROM bare
ALTER TABLE bare DROP COLUMN a;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE barer_copy AS TABLE barer
DROP TABLE barer;
