ALTER TABLE items RENAME COLUMN name TO name_old;
ALTER TABLE items RENAME COLUMN title TO name;
--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON items USING btree (name);
--- a new file
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_name_old AS SELECT id, name_old FROM items;
ALTER TABLE items DROP COLUMN name_old;
