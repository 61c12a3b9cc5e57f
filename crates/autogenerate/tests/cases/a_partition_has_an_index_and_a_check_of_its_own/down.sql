--- reverts file 3 of 3
ALTER TABLE events_2020 DROP CONSTRAINT events_2020_id_check;
ALTER TABLE events_2020
    ADD CONSTRAINT events_2020_id_check CHECK ((id > 0)) NOT VALID;
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY events_2020_id_idx;
--- reverts file 1 of 3
COMMENT ON TABLE events_2020 IS NULL;
ALTER TABLE events_2020 DROP CONSTRAINT events_2020_id_check;
