ALTER TABLE things RENAME TO items;
ALTER SEQUENCE IF EXISTS things_number_seq RENAME TO items_number_seq;
ALTER TABLE items RENAME COLUMN number TO id;
ALTER SEQUENCE IF EXISTS items_number_seq RENAME TO items_id_seq;
ALTER TABLE items RENAME CONSTRAINT things_pkey TO items_pkey;
