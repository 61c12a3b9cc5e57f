CREATE TABLE p2 (
    id integer NOT NULL,
    n text
);
CREATE TABLE r (
    id integer NOT NULL
) PARTITION BY LIST (id);
CREATE TABLE r1 PARTITION OF r FOR VALUES IN (1);
ALTER TABLE p2
    ADD CONSTRAINT second_key PRIMARY KEY (id);
-- hazards: may-fail-on-data
ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);
ALTER TABLE r1
    ADD CONSTRAINT r1_own PRIMARY KEY (id);
ALTER TABLE r
    ADD CONSTRAINT r_pkey PRIMARY KEY (id);
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY first_names ON p1 USING btree (n);
--- a new file
CREATE INDEX p_n ON p USING btree (n);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of q1 (id)
--   hazards: deletes-data
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM q1) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM q1 WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM q1
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY q1_own ON q1 USING btree (id);
--- a new file
ALTER TABLE q1
    ADD CONSTRAINT q1_own UNIQUE USING INDEX q1_own;
ALTER TABLE q
    ADD CONSTRAINT q_id_key UNIQUE (id);
