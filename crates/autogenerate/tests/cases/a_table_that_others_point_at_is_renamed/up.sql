ALTER TABLE authors RENAME TO writers;
ALTER SEQUENCE IF EXISTS authors_id_seq RENAME TO writers_id_seq;
ALTER TABLE writers RENAME CONSTRAINT authors_pkey TO writers_pkey;
