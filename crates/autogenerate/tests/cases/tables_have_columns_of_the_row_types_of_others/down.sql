ALTER TABLE extent RENAME TO old_size;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.b_stays_area AS SELECT area FROM b_stays;
ALTER TABLE b_stays DROP COLUMN area;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.couples AS TABLE couples;
DROP TABLE couples;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.people AS TABLE people;
DROP TABLE people;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.z_area AS TABLE z_area;
DROP TABLE z_area;
