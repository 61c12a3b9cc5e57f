--- reverts file 4 of 4
ALTER TABLE things DROP CONSTRAINT things_kind_fkey;
ALTER TABLE things
    ADD CONSTRAINT things_kind_fkey FOREIGN KEY (kind) REFERENCES kinds(kind) NOT VALID;
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY logs_kind_idx;
--- reverts file 2 of 4
ALTER TABLE things DROP COLUMN is_a;
ALTER TYPE kind RENAME TO kind_old;
CREATE TYPE kind AS ENUM ('a', 'b', 'c');
COMMENT ON TYPE kind IS 'Which';
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE logs ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN others DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE things ALTER COLUMN others SET DATA TYPE kind[] USING others::text[]::kind[];
ALTER TABLE things ALTER COLUMN others SET DEFAULT ARRAY['a'::kind, 'b'::kind];
ALTER TABLE things DROP CONSTRAINT things_kind_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE kinds ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE things ALTER COLUMN kind SET DATA TYPE kind USING kind::text::kind;
ALTER TABLE things ALTER COLUMN kind SET DEFAULT 'a'::kind;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE things ADD COLUMN is_a boolean GENERATED ALWAYS AS (kind = 'a'::kind) STORED;
DROP TYPE kind_old;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
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
--- reverts file 1 of 4
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY logs_kind_idx ON logs
    USING btree (kind) WHERE (kind = ANY (ARRAY['a'::kind, 'b'::kind]));
