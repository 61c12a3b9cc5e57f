--- reverts file 12 of 12
ALTER TABLE articles ALTER COLUMN headline DROP NOT NULL;
ALTER TABLE articles
    ADD CONSTRAINT articles_headline_is_set CHECK ((headline IS NOT NULL)) NOT VALID;
ALTER TABLE articles DROP CONSTRAINT articles_headline_check;
ALTER TABLE articles
    ADD CONSTRAINT articles_headline_check CHECK (((headline <> ''::text) AND (state = ANY (ARRAY['draft'::state, 'live'::state])))) NOT VALID;
--- reverts file 11 of 12
ALTER TABLE articles DROP CONSTRAINT articles_headline_check;
--- reverts file 10 of 12
--- alone in a file
DROP INDEX CONCURRENTLY articles_headline_idx;
--- reverts file 9 of 12
ALTER TABLE articles DROP CONSTRAINT articles_headline_is_set;
--- reverts file 8 of 12
ALTER TABLE articles ALTER COLUMN owner_id DROP NOT NULL;
ALTER TABLE articles
    ADD CONSTRAINT articles_owner_id_is_set CHECK ((owner_id IS NOT NULL)) NOT VALID;
ALTER TABLE articles DROP COLUMN size;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of articles.headline fit character varying(80)
--   count: SELECT count(*) FROM articles WHERE char_length(headline::text) > 80
--   template: UPDATE articles SET headline = … WHERE char_length(headline::text) > 80;
ALTER TABLE articles ALTER COLUMN headline SET DATA TYPE character varying(80);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of articles that pages_title_check does not allow
--   count: SELECT count(*) FROM articles WHERE NOT (((headline)::text <> ''::text))
--   template: UPDATE articles SET … WHERE NOT (((headline)::text <> ''::text));
ALTER TABLE articles
    ADD CONSTRAINT pages_title_check CHECK (((headline)::text <> ''::text));
ALTER TABLE articles DROP CONSTRAINT articles_owner_id_fkey;
ALTER TABLE articles
    ADD CONSTRAINT articles_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners(id) ON DELETE CASCADE NOT VALID;
--- reverts file 7 of 12
ALTER TABLE articles DROP CONSTRAINT articles_owner_id_is_set;
--- reverts file 6 of 12
--- alone in a file
DROP INDEX CONCURRENTLY articles_live_idx;
--- reverts file 5 of 12
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE articles ALTER COLUMN body SET DATA TYPE text USING body::text;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE articles ADD COLUMN words integer GENERATED ALWAYS AS (char_length(body)) STORED;
ALTER TABLE articles DROP CONSTRAINT articles_owner_id_fkey;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of articles.owner_id fit integer
--   count: SELECT count(*) FROM articles WHERE owner_id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE articles SET owner_id = … WHERE owner_id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE articles ALTER COLUMN owner_id SET DATA TYPE integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of owners.id fit integer
--   count: SELECT count(*) FROM owners WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE owners SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE owners ALTER COLUMN id SET DATA TYPE integer;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of articles that pages_owner_id_fkey does not allow
--   count: SELECT count(*) FROM articles WHERE owner_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM owners AS other WHERE other.id = articles.owner_id)
--   template: UPDATE articles SET … WHERE owner_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM owners AS other WHERE other.id = articles.owner_id);
ALTER TABLE articles
    ADD CONSTRAINT pages_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners(id);
ANALYZE articles;
ANALYZE owners;
--- reverts file 4 of 12
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of articles (lower((headline)::text))
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY lower((headline)::text)) AS row_of_group FROM articles WHERE lower((headline)::text) IS NOT NULL) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM articles WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY lower((headline)::text) ORDER BY …) AS n
--   template:         FROM articles WHERE lower((headline)::text) IS NOT NULL
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY pages_title_idx ON articles
    USING btree (lower((headline)::text));
--- reverts file 3 of 12
-- slot: replace 'review' in articles.state
--   count: SELECT (SELECT count(*) FROM articles WHERE state::text IN ('review'))
--   template: UPDATE articles SET state = … WHERE state = 'review';
ALTER TYPE state RENAME TO state_old;
CREATE TYPE state AS ENUM ('draft', 'live', 'gone');
ALTER TABLE articles ALTER COLUMN state DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE articles ALTER COLUMN state SET DATA TYPE state USING state::text::state;
ALTER TABLE articles ALTER COLUMN state SET DEFAULT 'draft'::state;
DROP TYPE state_old;
ANALYZE articles;
--- reverts file 2 of 12
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY pages_live_idx ON articles
    USING btree (owner_id) WHERE (state = 'live'::state);
--- reverts file 1 of 12
ALTER TABLE articles RENAME TO pages;
ALTER SEQUENCE IF EXISTS articles_id_seq RENAME TO pages_id_seq;
ALTER TABLE pages RENAME COLUMN headline TO title;
ALTER TABLE pages RENAME CONSTRAINT articles_pkey TO pages_pkey;
ALTER TABLE pages ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE pages_id_seq AS integer;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of pages.id fit integer
--   count: SELECT count(*) FROM articles WHERE id NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE pages SET id = … WHERE id NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE pages ALTER COLUMN id SET DATA TYPE integer;
ALTER TABLE pages ALTER COLUMN id SET DEFAULT nextval('pages_id_seq'::regclass);
ALTER SEQUENCE pages_id_seq OWNED BY pages.id;
SELECT setval('pages_id_seq'::regclass, max(id)) FROM pages HAVING max(id) >= 1;
COMMENT ON TABLE pages IS NULL;
ANALYZE pages;
