--- reverts file 4 of 4
ALTER TABLE items ADD COLUMN name_old text;
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx;
--- reverts file 2 of 4
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON items USING btree (name_old);
--- reverts file 1 of 4
ALTER TABLE items RENAME COLUMN name TO title;
ALTER TABLE items ADD COLUMN name text;
DROP INDEX items_name_idx;
-- hazards: blocks-writes, blocks-reads, builds-index
CREATE INDEX items_name_idx ON items USING btree (name);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_name_old AS SELECT id, name_old FROM items;
ALTER TABLE items DROP COLUMN name_old;
