ALTER TABLE items RENAME COLUMN number TO id;
ALTER SEQUENCE items_number_seq RENAME TO items_id_seq;
