--- alone in a file
DROP INDEX CONCURRENTLY logs_kind_idx;
--- a new file
ALTER TABLE things DROP COLUMN is_a;
ALTER TYPE kind RENAME TO kind_old;
CREATE TYPE kind AS ENUM ('b', 'a');
COMMENT ON TYPE kind IS 'Which';
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of logs.kind fit kind
--   count: SELECT count(*) FROM logs WHERE kind::text NOT IN ('b', 'a')
--   template: UPDATE logs SET kind = … WHERE kind::text NOT IN ('b', 'a');
ALTER TABLE logs ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN others DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of things.others fit kind[]
--   count: SELECT count(*) FROM things WHERE NOT others::text[] <@ ARRAY['b', 'a']::text[]
--   template: UPDATE things SET others = … WHERE NOT others::text[] <@ ARRAY['b', 'a']::text[];
ALTER TABLE things ALTER COLUMN others SET DATA TYPE kind[] USING others::text[]::kind[];
ALTER TABLE things ALTER COLUMN others SET DEFAULT ARRAY['a'::kind, 'b'::kind];
ALTER TABLE things DROP CONSTRAINT things_kind_fkey;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of kinds.kind fit kind
--   count: SELECT count(*) FROM kinds WHERE kind::text NOT IN ('b', 'a')
--   template: UPDATE kinds SET kind = … WHERE kind::text NOT IN ('b', 'a');
ALTER TABLE kinds ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of things.kind fit kind
--   count: SELECT count(*) FROM things WHERE kind::text NOT IN ('b', 'a')
--   template: UPDATE things SET kind = … WHERE kind::text NOT IN ('b', 'a');
ALTER TABLE things ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind SET DEFAULT 'a'::kind;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE things ADD COLUMN is_a boolean GENERATED ALWAYS AS (kind = 'a'::kind) STORED;
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
DROP TYPE kind_old;
