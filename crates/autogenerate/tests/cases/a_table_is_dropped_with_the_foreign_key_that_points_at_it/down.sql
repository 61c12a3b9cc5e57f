CREATE TABLE collections (
    id integer NOT NULL,
    CONSTRAINT collections_pkey PRIMARY KEY (id)
);
-- hazards: blocks-writes, may-fail-on-data
-- slot: resolve rows of items that items_collection_id_fkey does not allow
--   count: SELECT count(*) FROM items WHERE collection_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM collections AS other WHERE other.id = items.collection_id)
--   template: UPDATE items SET … WHERE collection_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM collections AS other WHERE other.id = items.collection_id);
ALTER TABLE items
    ADD CONSTRAINT items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id);
