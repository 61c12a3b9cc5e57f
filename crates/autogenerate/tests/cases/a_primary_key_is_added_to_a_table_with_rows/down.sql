--- reverts file 2 of 2
ALTER TABLE items DROP CONSTRAINT items_pkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX items_pkey ON items USING btree (id);
--- reverts file 1 of 2
--- alone in a file
DROP INDEX CONCURRENTLY items_pkey;
