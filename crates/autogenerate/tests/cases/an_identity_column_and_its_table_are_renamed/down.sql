ALTER TABLE items RENAME TO things;
ALTER SEQUENCE IF EXISTS items_id_seq RENAME TO things_id_seq;
ALTER TABLE things RENAME COLUMN id TO number;
ALTER SEQUENCE IF EXISTS things_id_seq RENAME TO things_number_seq;
ALTER TABLE things RENAME CONSTRAINT items_pkey TO things_pkey;
