ALTER TABLE things RENAME TO items;
ALTER SEQUENCE things_id_seq RENAME TO items_id_seq;
ALTER TABLE items RENAME CONSTRAINT things_name_check TO items_name_check;
ALTER TABLE items RENAME CONSTRAINT things_parent_id_fkey TO items_parent_id_fkey;
ALTER TABLE items RENAME CONSTRAINT things_name_key TO items_name_key;
ALTER INDEX things_parent_id_name_idx RENAME TO items_parent_id_name_idx;
ALTER TABLE items RENAME CONSTRAINT things_pkey TO items_pkey;
