--- reverts file 3 of 3
ALTER TABLE items
    ADD CONSTRAINT items_id_is_set CHECK ((id IS NOT NULL)) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_pkey;
ALTER TABLE items ALTER COLUMN id DROP NOT NULL;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX items_pkey ON items USING btree (id);
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY items_pkey;
--- reverts file 1 of 3
ALTER TABLE items DROP CONSTRAINT items_id_is_set;
