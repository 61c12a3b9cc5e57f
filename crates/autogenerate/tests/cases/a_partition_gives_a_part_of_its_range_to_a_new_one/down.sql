-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events DETACH PARTITION events_2024;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events DETACH PARTITION events_2024_2;
-- hazards: deletes-data
-- slot: move the rows of events_2024_2 to the partitions that cover them now
--   count: SELECT count(*) FROM events_2024_2
--   template: INSERT INTO … SELECT * FROM events_2024_2;
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events_2024_2 AS TABLE events_2024_2;
DROP TABLE events_2024_2;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events_extra AS SELECT id, at, extra FROM events;
ALTER TABLE events DROP COLUMN extra;
