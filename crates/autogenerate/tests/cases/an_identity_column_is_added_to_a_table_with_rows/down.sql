--- reverts file 3 of 3
ALTER TABLE items DROP CONSTRAINT items_pkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX items_pkey ON items USING btree (id);
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY items_pkey;
--- reverts file 1 of 3
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_id AS SELECT id FROM items;
ALTER TABLE items DROP COLUMN id;
