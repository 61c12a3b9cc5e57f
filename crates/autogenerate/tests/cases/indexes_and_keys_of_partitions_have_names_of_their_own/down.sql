ALTER TABLE q DROP CONSTRAINT q_id_key;
DROP INDEX p_n;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.p2 AS TABLE p2;
DROP TABLE p2;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.r1 AS TABLE r1;
DROP TABLE r1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.r AS TABLE r;
DROP TABLE r;
