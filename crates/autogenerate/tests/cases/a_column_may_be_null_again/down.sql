-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate items.name
--   count: SELECT count(*) FROM items WHERE name IS NULL
--   template: UPDATE items SET name = … WHERE name IS NULL;
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate items.note
--   count: SELECT count(*) FROM items WHERE note IS NULL
--   template: UPDATE items SET note = … WHERE note IS NULL;
ALTER TABLE items ALTER COLUMN note SET NOT NULL;
