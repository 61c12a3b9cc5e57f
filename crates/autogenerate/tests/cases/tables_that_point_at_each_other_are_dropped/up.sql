ALTER TABLE eggs DROP CONSTRAINT eggs_hen_id_fkey;
ALTER TABLE hens DROP CONSTRAINT hens_egg_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.eggs AS TABLE eggs;
DROP TABLE eggs;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.hens AS TABLE hens;
DROP TABLE hens;
