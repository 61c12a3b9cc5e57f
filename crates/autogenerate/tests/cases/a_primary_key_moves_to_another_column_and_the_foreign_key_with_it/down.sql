--- reverts file 4 of 4
ALTER TABLE cities ADD COLUMN country_id integer;
ALTER TABLE countries ADD COLUMN id integer;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate countries.id
--   count: SELECT count(*) FROM countries
--   template: UPDATE countries SET id = … WHERE id IS NULL;
ALTER TABLE countries ALTER COLUMN id SET NOT NULL;
ALTER TABLE cities DROP CONSTRAINT cities_country_code_fkey;
ALTER TABLE cities
    ADD CONSTRAINT cities_country_code_fkey FOREIGN KEY (country_code) REFERENCES countries(code) NOT VALID;
--- reverts file 3 of 4
-- hazards: blocks-writes, may-fail-on-data, builds-index
CREATE UNIQUE INDEX countries_pkey_new ON countries USING btree (code);
ALTER TABLE cities DROP CONSTRAINT cities_country_code_fkey;
ALTER TABLE countries DROP CONSTRAINT countries_pkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data, builds-index
-- slot: resolve duplicates of countries (id)
--   referenced by rows of cities (cities_country_code_fkey): move them first: SELECT count(*) FROM cities AS child WHERE EXISTS (SELECT FROM (SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY id) AS rows_of_group FROM countries) AS numbered WHERE rows_of_group > 1) AS parent WHERE parent.code = child.country_code)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id) AS row_of_group FROM countries) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM countries WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY id ORDER BY …) AS n
--   template:         FROM countries
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
ALTER TABLE countries
    ADD CONSTRAINT countries_pkey PRIMARY KEY (id);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of cities that cities_country_id_fkey does not allow
--   count: SELECT count(*) FROM cities WHERE country_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM countries AS other WHERE other.id = cities.country_id)
--   template: UPDATE cities SET … WHERE country_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM countries AS other WHERE other.id = cities.country_id);
ALTER TABLE cities
    ADD CONSTRAINT cities_country_id_fkey FOREIGN KEY (country_id) REFERENCES countries(id);
--- reverts file 2 of 4
--- alone in a file
DROP INDEX CONCURRENTLY countries_pkey_new;
--- reverts file 1 of 4
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.cities_country_code AS SELECT id, country_code FROM cities;
ALTER TABLE cities DROP COLUMN country_code;
