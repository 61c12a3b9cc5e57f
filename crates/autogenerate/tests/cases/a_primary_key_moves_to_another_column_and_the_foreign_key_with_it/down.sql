ALTER TABLE cities ADD COLUMN country_id integer;
ALTER TABLE countries ADD COLUMN id integer;
--- a new file
-- slot: populate countries.id
--   count: SELECT count(*) FROM countries
--   template: -- update a large table in batches, by ranges of its key
--   template: UPDATE countries SET id = … WHERE id IS NULL;
ALTER TABLE countries ADD CONSTRAINT countries_id_is_set CHECK (id IS NOT NULL) NOT VALID;
--- alone in a file
-- hazards: may-fail-on-data, builds-index
CREATE UNIQUE INDEX CONCURRENTLY countries_pkey_new ON countries USING btree (id);
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE countries VALIDATE CONSTRAINT countries_id_is_set;
--- a new file
ALTER TABLE countries ALTER COLUMN id SET NOT NULL;
ALTER TABLE countries DROP CONSTRAINT countries_id_is_set;
ALTER TABLE cities DROP CONSTRAINT cities_country_code_fkey;
ALTER TABLE countries DROP CONSTRAINT countries_pkey;
ALTER TABLE countries
    ADD CONSTRAINT countries_pkey PRIMARY KEY USING INDEX countries_pkey_new;
ALTER TABLE cities
    ADD CONSTRAINT cities_country_id_fkey FOREIGN KEY (country_id) REFERENCES countries(id) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE cities VALIDATE CONSTRAINT cities_country_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.cities_country_code AS SELECT id, country_code FROM cities;
ALTER TABLE cities DROP COLUMN country_code;
