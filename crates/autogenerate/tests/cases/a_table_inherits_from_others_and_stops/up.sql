ALTER TABLE drafts NO INHERIT named;
ALTER TABLE dated ADD COLUMN author text;
ALTER TABLE notes ALTER COLUMN author SET DEFAULT 'nobody'::text;
ALTER TABLE dated DROP CONSTRAINT dated_check;
ALTER TABLE dated ALTER COLUMN created_at DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE dated ALTER COLUMN created_at SET DATA TYPE timestamp without time zone;
ALTER TABLE dated ALTER COLUMN created_at SET DEFAULT '2026-02-02 00:00:00'::timestamp without time zone;
CREATE TABLE letters () INHERITS (notes);
--- a new file
-- slot: resolve rows of dated that dated_check does not allow
--   count: SELECT count(*) FROM dated WHERE NOT ((created_at > '2010-01-01 00:00:00'::timestamp without time zone))
--   template: UPDATE dated SET … WHERE NOT ((created_at > '2010-01-01 00:00:00'::timestamp without time zone));
ALTER TABLE dated
    ADD CONSTRAINT dated_check CHECK ((created_at > '2010-01-01 00:00:00'::timestamp without time zone)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE dated VALIDATE CONSTRAINT dated_check;
ANALYZE dated;
