ALTER TABLE events ADD COLUMN extra integer DEFAULT 3 NOT NULL;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events DETACH PARTITION events_2024;
CREATE TABLE events_2024_2 PARTITION OF events FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: move the rows of events_2024 that its new bounds exclude
--   count: SELECT count(*) FROM events_2024
--   template: WITH moved AS (DELETE FROM events_2024 WHERE … RETURNING *)
--   template: INSERT INTO events SELECT * FROM moved;
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
