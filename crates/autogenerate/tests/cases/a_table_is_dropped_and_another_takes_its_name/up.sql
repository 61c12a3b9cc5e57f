ALTER TABLE items RENAME TO items_old;
ALTER TABLE items_v2 RENAME TO items;
ALTER TABLE items_old RENAME CONSTRAINT items_pkey TO items_pkey_old;
ALTER TABLE items RENAME CONSTRAINT items_v2_pkey TO items_pkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_old AS TABLE items_old;
DROP TABLE items_old;
