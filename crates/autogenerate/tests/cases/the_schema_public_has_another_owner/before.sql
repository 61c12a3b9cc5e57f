-- PostgreSQL 14 and before gave the schema to the creator of the database, and let everybody create.
CREATE TABLE notes (
    id integer PRIMARY KEY
);
