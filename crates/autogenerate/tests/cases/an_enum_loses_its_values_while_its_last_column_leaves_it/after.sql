CREATE TYPE mood AS ENUM ();
CREATE TABLE people (id bigint PRIMARY KEY, mood varchar(20));
