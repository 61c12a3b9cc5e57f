ALTER TABLE items RENAME COLUMN d TO c;
ALTER TABLE items RENAME COLUMN b TO b_old;
ALTER TABLE items RENAME COLUMN e TO b;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_b_old AS SELECT id, b_old FROM items;
ALTER TABLE items DROP COLUMN b_old;
