-- slot: replace 'b' in items.kind
--   count: SELECT (SELECT count(*) FROM items WHERE kind::text IN ('b'))
--   template: UPDATE items SET kind = … WHERE kind = 'b';
ALTER TYPE mood RENAME TO mood_old2;
CREATE TYPE mood AS ENUM ('a');
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE items ALTER COLUMN kind SET DATA TYPE mood USING kind::text::mood;
DROP TYPE mood_old2;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_new2 ON items USING btree (name DESC);
--- a new file
-- slot in portions: populate items.name
--   count: SELECT count(*) FROM items WHERE name IS NULL
--   template: UPDATE items SET name = … WHERE name IS NULL;
ALTER TABLE items ADD CONSTRAINT items_name_is_set2 CHECK (name IS NOT NULL) NOT VALID;
--- a new file
-- slot in portions: resolve rows of items that items_name_is_set does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((name <> ''::text))
--   template: UPDATE items SET … WHERE NOT ((name <> ''::text));
ALTER TABLE items
    ADD CONSTRAINT items_name_is_set CHECK ((name <> ''::text)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_name_is_set;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_name_is_set2;
ANALYZE items;
ALTER TABLE items ALTER COLUMN name SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_name_is_set2;
--- alone in a file
DROP INDEX CONCURRENTLY items_name;
--- a new file
ALTER INDEX items_name_new2 RENAME TO items_name;
