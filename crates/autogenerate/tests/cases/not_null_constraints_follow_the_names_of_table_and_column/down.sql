ALTER TABLE things RENAME TO items;
ALTER TABLE items RENAME COLUMN title TO name;
ALTER TABLE items RENAME CONSTRAINT things_id_not_null TO items_id_not_null;
ALTER TABLE items RENAME CONSTRAINT things_size_not_null TO items_size_not_null;
ALTER TABLE items RENAME CONSTRAINT things_title_not_null TO items_name_not_null;
ALTER TABLE items RENAME CONSTRAINT things_pkey TO items_pkey;
