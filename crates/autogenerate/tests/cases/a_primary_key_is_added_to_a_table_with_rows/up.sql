--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of items (id)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM items) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM items WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM items
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY items_pkey ON items USING btree (id);
--- a new file
ALTER TABLE items
    ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_pkey;
