CREATE SCHEMA archive;
CREATE TABLE shapes (id integer, kind integer DEFAULT 1, name text NOT NULL) PARTITION BY LIST (id);
CREATE TABLE archive.shapes_1 PARTITION OF shapes FOR VALUES IN (1);
CREATE TABLE a PARTITION OF shapes FOR VALUES IN (2);
