ALTER TABLE items RENAME CONSTRAINT items_size_is_unique TO items_size_key;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY items_pkey ON items USING btree (id);
--- a new file
ALTER TABLE items DROP CONSTRAINT items_key;
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_pkey;
