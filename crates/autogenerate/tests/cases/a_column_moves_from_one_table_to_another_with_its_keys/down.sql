--- reverts file 4 of 4
ALTER TABLE a ADD COLUMN kind_id integer;
ALTER TABLE b DROP CONSTRAINT one_kind;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
CREATE UNIQUE INDEX one_kind ON b USING btree (kind_id);
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY one_kind;
--- reverts file 2 of 4
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of a (kind_id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY kind_id) AS row_of_group FROM a WHERE kind_id IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM a WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY kind_id ORDER BY …) AS n
--   template:         FROM a WHERE kind_id IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE a
    ADD CONSTRAINT one_kind UNIQUE (kind_id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of a that kind_fkey does not allow
--   count: SELECT count(*) FROM a WHERE kind_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM kinds AS other WHERE other.id = a.kind_id)
--   template: UPDATE a SET … WHERE kind_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM kinds AS other WHERE other.id = a.kind_id);
ALTER TABLE a
    ADD CONSTRAINT kind_fkey FOREIGN KEY (kind_id) REFERENCES kinds(id);
ALTER TABLE b DROP CONSTRAINT kind_fkey;
ALTER TABLE b
    ADD CONSTRAINT kind_fkey FOREIGN KEY (kind_id) REFERENCES kinds(id) NOT VALID;
--- reverts file 1 of 4
ALTER TABLE b DROP CONSTRAINT kind_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.b_kind_id AS SELECT id, kind_id FROM b;
ALTER TABLE b DROP COLUMN kind_id;
