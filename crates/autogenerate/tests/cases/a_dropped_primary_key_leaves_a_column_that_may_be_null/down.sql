-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate items.id
--   count: SELECT count(*) FROM items WHERE id IS NULL
--   template: UPDATE items SET id = … WHERE id IS NULL;
ALTER TABLE items ALTER COLUMN id SET NOT NULL;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of items (id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM items WHERE id IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM items WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM items WHERE id IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);
