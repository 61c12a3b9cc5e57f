ALTER TABLE eggs DROP CONSTRAINT eggs_hen_id_fkey;
ALTER TABLE hens DROP CONSTRAINT hens_egg_id_fkey;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE eggs_copy AS TABLE eggs
DROP TABLE eggs;
-- hazards: deletes-data
-- to keep a copy: CREATE TABLE hens_copy AS TABLE hens
DROP TABLE hens;
