--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of items (name)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY name) AS row_of_group FROM items) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM items WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY name ORDER BY …) AS n
--   template:         FROM items
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY items_name_idx_new ON items
    USING btree (name) NULLS NOT DISTINCT;
--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx;
--- a new file
ALTER INDEX items_name_idx_new RENAME TO items_name_idx;
