ALTER TABLE items RENAME TO things;
ALTER TABLE things RENAME COLUMN name TO title;
ALTER TABLE things RENAME CONSTRAINT items_id_not_null TO things_id_not_null;
ALTER TABLE things RENAME CONSTRAINT items_name_not_null TO things_title_not_null;
ALTER TABLE things RENAME CONSTRAINT items_size_not_null TO things_size_not_null;
ALTER TABLE things RENAME CONSTRAINT items_pkey TO things_pkey;
