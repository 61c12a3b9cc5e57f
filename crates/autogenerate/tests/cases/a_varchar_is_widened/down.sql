-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.name fit character varying(50)
--   count: SELECT count(*) FROM items WHERE char_length(name::text) > 50
--   template: UPDATE items SET name = … WHERE char_length(name::text) > 50;
ALTER TABLE items ALTER COLUMN name SET DATA TYPE character varying(50);
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.note fit character varying(50)
--   count: SELECT count(*) FROM items WHERE char_length(note::text) > 50
--   template: UPDATE items SET note = … WHERE char_length(note::text) > 50;
ALTER TABLE items ALTER COLUMN note SET DATA TYPE character varying(50);
