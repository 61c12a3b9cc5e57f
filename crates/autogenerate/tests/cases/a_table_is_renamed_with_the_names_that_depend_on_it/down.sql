ALTER TABLE items RENAME TO things;
ALTER SEQUENCE items_id_seq RENAME TO things_id_seq;
ALTER TABLE things RENAME CONSTRAINT items_name_check TO things_name_check;
ALTER TABLE things RENAME CONSTRAINT items_parent_id_fkey TO things_parent_id_fkey;
ALTER TABLE things RENAME CONSTRAINT items_name_key TO things_name_key;
ALTER INDEX items_parent_id_name_idx RENAME TO things_parent_id_name_idx;
ALTER TABLE things RENAME CONSTRAINT items_pkey TO things_pkey;
