CREATE SEQUENCE items_b_seq;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN b bigint DEFAULT nextval('items_b_seq'::regclass) NOT NULL;
ALTER SEQUENCE items_b_seq OWNED BY items.b;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_a AS SELECT a FROM items;
ALTER TABLE items DROP COLUMN a;
