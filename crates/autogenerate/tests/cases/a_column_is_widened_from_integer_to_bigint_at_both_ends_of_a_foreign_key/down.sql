ALTER TABLE collections DROP CONSTRAINT collections_parent_id_fkey;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of collections.parent_id fit integer
--   count: SELECT count(*) FROM collections WHERE parent_id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE collections SET parent_id = … WHERE parent_id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE collections ALTER COLUMN parent_id SET DATA TYPE integer;
ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of collections.id fit integer
--   count: SELECT count(*) FROM collections WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE collections SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE collections ALTER COLUMN id SET DATA TYPE integer;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of items.collection_id fit integer
--   count: SELECT count(*) FROM items WHERE collection_id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE items SET collection_id = … WHERE collection_id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE items ALTER COLUMN collection_id SET DATA TYPE integer;
ALTER TABLE collections
    ADD CONSTRAINT collections_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES collections(id) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE collections VALIDATE CONSTRAINT collections_parent_id_fkey;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_collection_id_fkey;
ANALYZE collections;
ANALYZE items;
