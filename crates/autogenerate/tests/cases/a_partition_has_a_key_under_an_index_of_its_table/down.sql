-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of p1 (id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM p1) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM p1 WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM p1
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE p1
    ADD CONSTRAINT p1_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX pu ON p USING btree (id);
