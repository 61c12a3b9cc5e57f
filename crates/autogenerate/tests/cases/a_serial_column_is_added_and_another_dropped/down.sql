CREATE SEQUENCE items_a_seq AS integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN a integer DEFAULT nextval('items_a_seq'::regclass) NOT NULL;
ALTER SEQUENCE items_a_seq OWNED BY items.a;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_b AS SELECT b FROM items;
ALTER TABLE items DROP COLUMN b;
