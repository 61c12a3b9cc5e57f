--- reverts file 3 of 3
ALTER TABLE items DROP CONSTRAINT items_key;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX items_key ON items USING btree (id) INCLUDE (name);
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY items_key;
--- reverts file 1 of 3
ALTER TABLE items RENAME CONSTRAINT items_size_is_unique TO items_size_key;
