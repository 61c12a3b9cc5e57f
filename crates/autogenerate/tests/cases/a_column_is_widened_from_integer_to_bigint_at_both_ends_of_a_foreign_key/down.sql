--- reverts file 2 of 2
ALTER TABLE collections DROP CONSTRAINT collections_parent_id_fkey;
ALTER TABLE collections
    ADD CONSTRAINT collections_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES collections(id) NOT VALID;
ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
ALTER TABLE items
    ADD CONSTRAINT items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE NOT VALID;
--- reverts file 1 of 2
ALTER TABLE collections DROP CONSTRAINT collections_parent_id_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of collections.parent_id fit integer
--   count: SELECT count(*) FROM collections WHERE parent_id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE collections SET parent_id = … WHERE parent_id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE collections ALTER COLUMN parent_id SET DATA TYPE integer;
ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of collections.id fit integer
--   count: SELECT count(*) FROM collections WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE collections SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE collections ALTER COLUMN id SET DATA TYPE integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of items.collection_id fit integer
--   count: SELECT count(*) FROM items WHERE collection_id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET collection_id = … WHERE collection_id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN collection_id SET DATA TYPE integer;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of collections that collections_parent_id_fkey does not allow
--   count: SELECT count(*) FROM collections WHERE parent_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM collections AS other WHERE other.id = collections.parent_id)
--   template: UPDATE collections SET … WHERE parent_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM collections AS other WHERE other.id = collections.parent_id);
ALTER TABLE collections
    ADD CONSTRAINT collections_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES collections(id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of items that items_collection_id_fkey does not allow
--   count: SELECT count(*) FROM items WHERE collection_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM collections AS other WHERE other.id = items.collection_id)
--   template: UPDATE items SET … WHERE collection_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM collections AS other WHERE other.id = items.collection_id);
ALTER TABLE items
    ADD CONSTRAINT items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE;
ANALYZE collections;
ANALYZE items;
