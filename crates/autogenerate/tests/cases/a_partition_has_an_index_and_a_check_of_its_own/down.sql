COMMENT ON TABLE events_2020 IS NULL;
--- alone in a file
DROP INDEX CONCURRENTLY events_2020_id_idx;
--- a new file
ALTER TABLE events_2020 DROP CONSTRAINT events_2020_id_check;
