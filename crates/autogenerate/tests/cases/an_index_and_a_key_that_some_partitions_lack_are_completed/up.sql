--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY p2_n_idx ON p2 USING btree (n);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of p1 (id)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM p1) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM p1 WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM p1
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY p1_pkey ON p1 USING btree (id);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of p2 (id)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM p2) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM p2 WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM p2
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY p2_pkey ON p2 USING btree (id);
--- a new file
ALTER INDEX p_n ATTACH PARTITION p2_n_idx;
ALTER TABLE p1
    ADD CONSTRAINT p1_pkey PRIMARY KEY USING INDEX p1_pkey;
ALTER INDEX p_pkey ATTACH PARTITION p1_pkey;
ALTER TABLE p2
    ADD CONSTRAINT p2_pkey PRIMARY KEY USING INDEX p2_pkey;
ALTER INDEX p_pkey ATTACH PARTITION p2_pkey;
