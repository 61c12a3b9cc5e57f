ALTER TABLE items RENAME COLUMN place TO shelf_id;
ALTER TABLE items RENAME COLUMN title TO name;
ALTER TABLE items RENAME CONSTRAINT items_place_check TO items_shelf_id_check;
ALTER TABLE items RENAME CONSTRAINT items_place_fkey TO items_shelf_id_fkey;
ALTER INDEX items_place_title_idx RENAME TO items_shelf_id_name_idx;
ALTER TABLE items RENAME CONSTRAINT items_title_key TO items_name_key;
