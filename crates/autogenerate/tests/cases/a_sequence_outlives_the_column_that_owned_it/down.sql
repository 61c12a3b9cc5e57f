-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN id integer DEFAULT nextval('numbers'::regclass) NOT NULL;
ALTER SEQUENCE numbers OWNED BY items.id;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.others AS TABLE others;
DROP TABLE others;
