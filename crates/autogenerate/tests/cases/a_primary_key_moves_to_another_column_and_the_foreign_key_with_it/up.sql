ALTER TABLE cities ADD COLUMN country_code character(2);
--- alone in a file
-- hazards: may-fail-on-data, builds-index
-- slot: resolve duplicates of countries (code)
--   hazards: deletes-data, may-fail-on-data
--   referenced by rows of cities (cities_country_id_fkey): move them first: SELECT count(*) FROM cities AS child WHERE EXISTS (SELECT FROM (SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY code) AS rows_of_group FROM countries) AS numbered WHERE rows_of_group > 1) AS parent WHERE parent.id = child.country_id)
--   count: SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY code) AS row_of_group FROM countries) AS numbered WHERE row_of_group > 1
--   template: DELETE FROM countries WHERE (tableoid, ctid) IN (
--   template:     SELECT tableoid, ctid FROM (
--   template:         SELECT tableoid, ctid, row_number() OVER (PARTITION BY code ORDER BY …) AS n
--   template:         FROM countries
--   template:     ) AS numbered WHERE n > 1 -- the first one is kept
--   template: );
CREATE UNIQUE INDEX CONCURRENTLY countries_pkey_new ON countries USING btree (code);
--- a new file
ALTER TABLE cities DROP CONSTRAINT cities_country_id_fkey;
ALTER TABLE countries DROP CONSTRAINT countries_pkey;
ALTER TABLE countries
    ADD CONSTRAINT countries_pkey PRIMARY KEY USING INDEX countries_pkey_new;
ALTER TABLE cities
    ADD CONSTRAINT cities_country_code_fkey FOREIGN KEY (country_code) REFERENCES countries(code) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: carry the references of cities.country_id over to cities.country_code
--   count: SELECT count(*) FROM cities WHERE country_id IS NOT NULL
--   template: UPDATE cities SET country_code = (SELECT other.code FROM countries AS other WHERE other.id = cities.country_id)
--   template: WHERE country_id IS NOT NULL AND country_code IS NULL;
ALTER TABLE cities VALIDATE CONSTRAINT cities_country_code_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.cities_country_id AS SELECT id, country_id FROM cities;
ALTER TABLE cities DROP COLUMN country_id;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.countries_id AS SELECT id FROM countries;
ALTER TABLE countries DROP COLUMN id;
