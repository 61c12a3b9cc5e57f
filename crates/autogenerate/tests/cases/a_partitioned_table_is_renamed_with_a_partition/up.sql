ALTER TABLE happenings RENAME TO events;
ALTER TABLE happenings_2020 RENAME TO events_2020;
ALTER TABLE events_2020 RENAME CONSTRAINT happenings_2020_pkey TO events_2020_pkey;
ALTER INDEX happenings_at_idx RENAME TO events_at_idx;
ALTER TABLE events RENAME CONSTRAINT happenings_pkey TO events_pkey;
ALTER INDEX happenings_2020_at_idx RENAME TO events_2020_at_idx;
