CREATE TABLE coming (
    a integer NOT NULL,
    b integer NOT NULL,
    CONSTRAINT coming_pkey PRIMARY KEY (a, b)
) PARTITION BY LIST (a);
CREATE TABLE coming_1 PARTITION OF coming FOR VALUES IN (1, NULL) PARTITION BY RANGE (b, a);
CREATE TABLE coming_1_1 PARTITION OF coming_1 FOR VALUES FROM (1, MINVALUE) TO (10, MAXVALUE);
CREATE INDEX coming_b_idx ON coming USING btree (b);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.going_1_1 AS TABLE going_1_1;
DROP TABLE going_1_1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.going_1 AS TABLE going_1;
DROP TABLE going_1;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.going AS TABLE going;
DROP TABLE going;
