--- reverts file 5 of 5
ALTER TABLE q DROP CONSTRAINT q_id_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX q1_own ON q1 USING btree (id);
--- reverts file 4 of 5
--- alone in a file
DROP INDEX CONCURRENTLY q1_own;
--- reverts file 3 of 5
DROP INDEX p_n;
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX first_names ON p1 USING btree (n);
--- reverts file 2 of 5
--- alone in a file
DROP INDEX CONCURRENTLY first_names;
--- reverts file 1 of 5
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.p2 AS TABLE p2;
DROP TABLE p2;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.r1 AS TABLE r1;
DROP TABLE r1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.r AS TABLE r;
DROP TABLE r;
