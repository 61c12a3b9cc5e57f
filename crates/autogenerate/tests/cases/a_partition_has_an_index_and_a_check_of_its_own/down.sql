--- reverts file 4 of 4
ALTER TABLE events_2020 DROP CONSTRAINT events_2020_id_check;
ALTER TABLE events_2020
    ADD CONSTRAINT events_2020_id_check CHECK ((id > 0)) NOT VALID;
--- reverts file 3 of 4
ALTER TABLE events_2020 DROP CONSTRAINT events_2020_id_check;
--- reverts file 2 of 4
--- alone in a file
DROP INDEX CONCURRENTLY events_2020_id_idx;
--- reverts file 1 of 4
COMMENT ON TABLE events_2020 IS NULL;
