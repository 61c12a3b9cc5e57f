-- hazards: rewrites-table, blocks-reads
ALTER TABLE items ADD COLUMN id integer DEFAULT nextval('numbers'::regclass) NOT NULL;
ALTER SEQUENCE numbers OWNED BY items.id;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY items_pkey ON items USING btree (id);
--- a new file
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_pkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.others AS TABLE others;
DROP TABLE others;
