--- reverts file 3 of 3
ALTER TABLE dated DROP CONSTRAINT dated_check;
ALTER TABLE dated
    ADD CONSTRAINT dated_check CHECK ((created_at > '2010-01-01 00:00:00'::timestamp without time zone)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE dated DROP CONSTRAINT dated_check;
--- reverts file 1 of 3
ALTER TABLE drafts INHERIT named;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.dated_author AS SELECT author FROM dated;
ALTER TABLE dated DROP COLUMN author;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.letters AS TABLE letters;
DROP TABLE letters;
ALTER TABLE dated ALTER COLUMN created_at DROP DEFAULT;
-- hazards: deletes-data, rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of dated.created_at fit date
--   count: SELECT count(*) FROM dated WHERE created_at IS NOT NULL AND ((created_at::date)::timestamp without time zone) IS DISTINCT FROM created_at
--   template: UPDATE dated SET created_at = … WHERE created_at IS NOT NULL AND ((created_at::date)::timestamp without time zone) IS DISTINCT FROM created_at;
ALTER TABLE dated ALTER COLUMN created_at SET DATA TYPE date USING created_at::date;
ALTER TABLE dated ALTER COLUMN created_at SET DEFAULT '2026-01-01'::date;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of dated that dated_check does not allow
--   count: SELECT count(*) FROM dated WHERE NOT ((created_at > '2000-01-01'::date))
--   template: UPDATE dated SET … WHERE NOT ((created_at > '2000-01-01'::date));
ALTER TABLE dated
    ADD CONSTRAINT dated_check CHECK ((created_at > '2000-01-01'::date));
ANALYZE dated;
