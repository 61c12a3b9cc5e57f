--- alone in a file
DROP INDEX CONCURRENTLY logs_kind_idx;
--- a new file
ALTER TABLE things DROP COLUMN is_a;
-- slot: replace 'c' in kinds.kind, logs.kind, things.kind, things.others
--   count: SELECT (SELECT count(*) FROM kinds WHERE kind::text IN ('c')) + (SELECT count(*) FROM logs WHERE kind::text IN ('c')) + (SELECT count(*) FROM things WHERE kind::text IN ('c')) + (SELECT count(*) FROM things WHERE others::text[] && ARRAY['c'])
--   template: UPDATE kinds SET kind = … WHERE kind = 'c';
--   template: UPDATE logs SET kind = … WHERE kind = 'c';
--   template: UPDATE things SET kind = … WHERE kind = 'c';
--   template: UPDATE things SET others = array_replace(others, 'c', …) WHERE 'c' = ANY (others);
ALTER TYPE kind RENAME TO kind_old;
CREATE TYPE kind AS ENUM ('b', 'a');
COMMENT ON TYPE kind IS 'Which';
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE logs ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN others DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE things ALTER COLUMN others SET DATA TYPE kind[] USING others::text[]::kind[];
ALTER TABLE things ALTER COLUMN others SET DEFAULT ARRAY['a'::kind, 'b'::kind];
ALTER TABLE things DROP CONSTRAINT things_kind_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE kinds ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE things ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind SET DEFAULT 'a'::kind;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE things ADD COLUMN is_a boolean GENERATED ALWAYS AS (kind = 'a'::kind) STORED;
DROP TYPE kind_old;
ALTER TABLE things
    ADD CONSTRAINT things_kind_fkey FOREIGN KEY (kind) REFERENCES kinds(kind) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY logs_kind_idx ON logs
    USING btree (kind) WHERE (kind = ANY (ARRAY['a'::kind, 'b'::kind]));
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE things VALIDATE CONSTRAINT things_kind_fkey;
ANALYZE kinds;
ANALYZE logs;
ANALYZE things;
