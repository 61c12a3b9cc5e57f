ALTER TABLE writers RENAME TO authors;
ALTER SEQUENCE IF EXISTS writers_id_seq RENAME TO authors_id_seq;
ALTER TABLE authors RENAME CONSTRAINT writers_pkey TO authors_pkey;
