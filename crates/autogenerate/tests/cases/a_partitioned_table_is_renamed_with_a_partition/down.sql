ALTER TABLE events RENAME TO happenings;
ALTER TABLE events_2020 RENAME TO happenings_2020;
ALTER TABLE happenings_2020 RENAME CONSTRAINT events_2020_pkey TO happenings_2020_pkey;
ALTER INDEX events_at_idx RENAME TO happenings_at_idx;
ALTER TABLE happenings RENAME CONSTRAINT events_pkey TO happenings_pkey;
ALTER INDEX events_2020_at_idx RENAME TO happenings_2020_at_idx;
