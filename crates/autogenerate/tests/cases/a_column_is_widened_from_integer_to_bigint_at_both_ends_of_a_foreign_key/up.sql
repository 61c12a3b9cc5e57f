ALTER TABLE collections DROP CONSTRAINT collections_parent_id_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE collections ALTER COLUMN parent_id SET DATA TYPE bigint;
ALTER TABLE items DROP CONSTRAINT items_collection_id_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE collections ALTER COLUMN id SET DATA TYPE bigint;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN collection_id SET DATA TYPE bigint;
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
