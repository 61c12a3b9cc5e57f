ALTER TABLE articles RENAME TO pages;
ALTER SEQUENCE IF EXISTS articles_id_seq RENAME TO pages_id_seq;
ALTER TABLE pages RENAME COLUMN headline TO title;
ALTER TABLE pages RENAME CONSTRAINT articles_pkey TO pages_pkey;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE pages ALTER COLUMN body SET DATA TYPE text USING body::text;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE pages ADD COLUMN words integer GENERATED ALWAYS AS (char_length(body)) STORED;
ALTER TABLE pages ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE pages_id_seq AS integer;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of pages.id fit integer
--   count: SELECT count(*) FROM articles WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE pages SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE pages ALTER COLUMN id SET DATA TYPE integer;
ALTER TABLE pages ALTER COLUMN id SET DEFAULT nextval('pages_id_seq'::regclass);
ALTER SEQUENCE pages_id_seq OWNED BY pages.id;
SELECT setval('pages_id_seq'::regclass, max(id)) FROM pages HAVING max(id) >= 1;
COMMENT ON TABLE pages IS NULL;
--- alone in a file
DROP INDEX CONCURRENTLY articles_headline_idx;
--- alone in a file
DROP INDEX CONCURRENTLY articles_live_idx;
--- a new file
ALTER TABLE pages DROP COLUMN size;
ALTER TABLE pages DROP CONSTRAINT articles_headline_check;
ALTER TYPE state RENAME TO state_old;
CREATE TYPE state AS ENUM ('draft', 'live', 'gone');
ALTER TABLE pages ALTER COLUMN state DROP DEFAULT;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of pages.state fit state
--   count: SELECT count(*) FROM articles WHERE state::text NOT IN ('draft', 'live', 'gone')
--   template: UPDATE pages SET state = … WHERE state::text NOT IN ('draft', 'live', 'gone');
ALTER TABLE pages ALTER COLUMN state SET DATA TYPE state USING state::text::state;
ALTER TABLE pages ALTER COLUMN state SET DEFAULT 'draft'::state;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of pages.title fit character varying(80)
--   count: SELECT count(*) FROM articles WHERE char_length(headline::text) > 80
--   template: UPDATE pages SET title = … WHERE char_length(title::text) > 80;
ALTER TABLE pages ALTER COLUMN title SET DATA TYPE character varying(80);
ALTER TABLE pages ALTER COLUMN title DROP NOT NULL;
ALTER TABLE pages
    ADD CONSTRAINT pages_title_check CHECK (((title)::text <> ''::text)) NOT VALID;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of pages (lower((title)::text))
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY lower((headline)::text)) AS row_of_group FROM articles WHERE lower((headline)::text) IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM pages WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY lower((title)::text) ORDER BY …) AS n
--   template:         FROM pages WHERE lower((title)::text) IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY pages_title_idx ON pages USING btree (lower((title)::text));
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of pages that pages_title_check does not allow
--   count: SELECT count(*) FROM articles WHERE NOT (((headline)::text <> ''::text))
--   template: UPDATE pages SET … WHERE NOT (((title)::text <> ''::text));
ALTER TABLE pages VALIDATE CONSTRAINT pages_title_check;
ALTER TABLE pages DROP CONSTRAINT articles_owner_id_fkey;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of owners.id fit integer
--   count: SELECT count(*) FROM owners WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE owners SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE owners ALTER COLUMN id SET DATA TYPE integer;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of pages.owner_id fit integer
--   count: SELECT count(*) FROM articles WHERE owner_id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE pages SET owner_id = … WHERE owner_id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE pages ALTER COLUMN owner_id SET DATA TYPE integer;
ALTER TABLE pages ALTER COLUMN owner_id DROP NOT NULL;
ALTER TABLE pages
    ADD CONSTRAINT pages_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners(id) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY pages_live_idx ON pages
    USING btree (owner_id) WHERE (state = 'live'::state);
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of pages that pages_owner_id_fkey does not allow
--   count: SELECT count(*) FROM articles WHERE owner_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM owners AS other WHERE other.id = articles.owner_id)
--   template: UPDATE pages SET … WHERE owner_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM owners AS other WHERE other.id = pages.owner_id);
ALTER TABLE pages VALIDATE CONSTRAINT pages_owner_id_fkey;
ANALYZE owners;
ANALYZE pages;
DROP TYPE state_old;
