--- a new file
-- slot in portions: populate items.id
--   count: SELECT count(*) FROM items WHERE id IS NULL
--   template: UPDATE items SET id = … WHERE id IS NULL;
ALTER TABLE items ADD CONSTRAINT items_id_is_set CHECK (id IS NOT NULL) NOT VALID;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of items (id)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM items WHERE id IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM items WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM items WHERE id IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY items_pkey ON items USING btree (id);
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_id_is_set;
ALTER TABLE items ALTER COLUMN id SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_id_is_set;
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_pkey;
