--- reverts file 2 of 2
ALTER TABLE visits DROP CONSTRAINT visits_place_fkey;
ALTER TABLE visits
    ADD CONSTRAINT visits_place_fkey FOREIGN KEY (place, path) REFERENCES places(name, path) NOT VALID;
--- reverts file 1 of 2
ALTER TABLE visits DROP CONSTRAINT visits_place_fkey;
ALTER TABLE visits ALTER COLUMN place SET DATA TYPE text COLLATE pg_catalog."default";
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of visits that visits_place_fkey does not allow
--   count: SELECT count(*) FROM visits WHERE place IS NOT NULL AND path IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM places AS other WHERE other.name = visits.place AND other.path = visits.path)
--   template: UPDATE visits SET … WHERE place IS NOT NULL AND path IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM places AS other WHERE other.name = visits.place AND other.path = visits.path);
ALTER TABLE visits
    ADD CONSTRAINT visits_place_fkey FOREIGN KEY (place, path) REFERENCES places(name, path);
