--- reverts file 4 of 4
CREATE TYPE kind_old AS ENUM ('a', 'b', 'c');
COMMENT ON TYPE kind_old IS 'Which';
ALTER TABLE things DROP CONSTRAINT things_kind_fkey;
ALTER TABLE things
    ADD CONSTRAINT things_kind_fkey FOREIGN KEY (kind) REFERENCES kinds(kind) NOT VALID;
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY logs_kind_idx;
--- reverts file 2 of 4
ALTER TABLE things DROP COLUMN is_a;
ALTER TYPE kind RENAME TO kind_old2;
CREATE TYPE kind AS ENUM ('a', 'b', 'c');
COMMENT ON TYPE kind IS 'Which';
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of logs.kind fit kind
--   count: SELECT count(*) FROM logs WHERE kind::text NOT IN ('a', 'b', 'c')
--   template: UPDATE logs SET kind = … WHERE kind::text NOT IN ('a', 'b', 'c');
ALTER TABLE logs ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN others DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of things.others fit kind[]
--   count: SELECT count(*) FROM things WHERE NOT others::text[] <@ ARRAY['a', 'b', 'c']::text[]
--   template: UPDATE things SET others = … WHERE NOT others::text[] <@ ARRAY['a', 'b', 'c']::text[];
ALTER TABLE things ALTER COLUMN others SET DATA TYPE kind[] USING others::text[]::kind[];
ALTER TABLE things ALTER COLUMN others SET DEFAULT ARRAY['a'::kind, 'b'::kind];
ALTER TABLE things DROP CONSTRAINT things_kind_fkey;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of kinds.kind fit kind
--   count: SELECT count(*) FROM kinds WHERE kind::text NOT IN ('a', 'b', 'c')
--   template: UPDATE kinds SET kind = … WHERE kind::text NOT IN ('a', 'b', 'c');
ALTER TABLE kinds ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of things.kind fit kind
--   count: SELECT count(*) FROM things WHERE kind::text NOT IN ('a', 'b', 'c')
--   template: UPDATE things SET kind = … WHERE kind::text NOT IN ('a', 'b', 'c');
ALTER TABLE things ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind SET DEFAULT 'a'::kind;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE things ADD COLUMN is_a boolean GENERATED ALWAYS AS (kind = 'a'::kind) STORED;
-- hazards: blocks-writes, may-fail-on-data
-- slot: resolve rows of things that things_kind_fkey does not allow
--   count: SELECT count(*) FROM things WHERE kind IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM kinds AS other WHERE other.kind = things.kind)
--   template: UPDATE things SET … WHERE kind IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM kinds AS other WHERE other.kind = things.kind);
ALTER TABLE things
    ADD CONSTRAINT things_kind_fkey FOREIGN KEY (kind) REFERENCES kinds(kind);
ANALYZE kinds;
ANALYZE logs;
ANALYZE things;
DROP TYPE kind_old;
DROP TYPE kind_old2;
--- reverts file 1 of 4
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY logs_kind_idx ON logs
    USING btree (kind) WHERE (kind = ANY (ARRAY['a'::kind, 'b'::kind]));
