ALTER TABLE items RENAME COLUMN name TO title;
ALTER TABLE items RENAME COLUMN shelf_id TO place;
ALTER TABLE items RENAME CONSTRAINT items_shelf_id_check TO items_place_check;
ALTER TABLE items RENAME CONSTRAINT items_shelf_id_fkey TO items_place_fkey;
ALTER TABLE items RENAME CONSTRAINT items_name_key TO items_title_key;
ALTER INDEX items_shelf_id_name_idx RENAME TO items_place_title_idx;
