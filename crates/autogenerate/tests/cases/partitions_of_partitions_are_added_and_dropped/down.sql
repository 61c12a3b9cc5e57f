CREATE TABLE going (
    a integer NOT NULL,
    b integer NOT NULL
) PARTITION BY LIST (a);
CREATE TABLE going_1 PARTITION OF going FOR VALUES IN (1) PARTITION BY LIST (b);
CREATE TABLE going_1_1 PARTITION OF going_1 FOR VALUES IN (1);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.coming_1_1 AS TABLE coming_1_1;
DROP TABLE coming_1_1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.coming_1 AS TABLE coming_1;
DROP TABLE coming_1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.coming AS TABLE coming;
DROP TABLE coming;
