-- scope: database
CREATE SCHEMA archive;
CREATE TABLE shapes (id integer, kind integer DEFAULT 2, name text) PARTITION BY LIST (id);
CREATE TABLE archive.shapes_1 PARTITION OF shapes (kind DEFAULT 7) FOR VALUES IN (1);
CREATE TABLE a PARTITION OF shapes (kind DEFAULT 8, name NOT NULL) FOR VALUES IN (2);
CREATE TABLE archive.b PARTITION OF shapes (kind DEFAULT 9, name NOT NULL) FOR VALUES IN (3);
