ALTER TABLE items RENAME CONSTRAINT items_size_key TO items_size_is_unique;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY items_key ON items USING btree (id) INCLUDE (name);
--- a new file
ALTER TABLE items DROP CONSTRAINT items_pkey;
ALTER TABLE items
    ADD CONSTRAINT items_key PRIMARY KEY USING INDEX items_key;
