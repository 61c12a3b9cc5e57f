ALTER TABLE boxes ADD COLUMN depth integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve duplicates of boxes (((width)::text))
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY ((width)::text)) AS row_of_group FROM boxes WHERE ((width)::text) IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM boxes WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY ((width)::text) ORDER BY …) AS n
--   template:         FROM boxes WHERE ((width)::text) IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE boxes ALTER COLUMN code SET EXPRESSION AS ((width)::text);
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of boxes that boxes_size_check does not allow
--   count: SELECT count(*) FROM boxes WHERE NOT (((width * height) > 0))
--   template: UPDATE boxes SET … WHERE NOT (((width * height) > 0));
ALTER TABLE boxes ALTER COLUMN size SET EXPRESSION AS (width * height);
ANALYZE boxes;
ALTER TABLE boxes DROP COLUMN edge;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN edge integer GENERATED ALWAYS AS (depth + 1) STORED;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.boxes_length AS SELECT length FROM boxes;
ALTER TABLE boxes DROP COLUMN length;
