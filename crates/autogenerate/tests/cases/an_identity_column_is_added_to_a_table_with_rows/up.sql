-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY NOT NULL;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY items_pkey ON items USING btree (id);
--- a new file
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_pkey;
