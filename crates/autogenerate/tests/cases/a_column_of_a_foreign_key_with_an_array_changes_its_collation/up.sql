ALTER TABLE visits DROP CONSTRAINT visits_place_fkey;
ALTER TABLE visits ALTER COLUMN place SET DATA TYPE text COLLATE "C";
ALTER TABLE visits
    ADD CONSTRAINT visits_place_fkey FOREIGN KEY (place, path) REFERENCES places(name, path) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE visits VALIDATE CONSTRAINT visits_place_fkey;
