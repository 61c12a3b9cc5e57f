ALTER TABLE items RENAME COLUMN id TO number;
ALTER SEQUENCE items_id_seq RENAME TO items_number_seq;
