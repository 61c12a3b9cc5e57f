CREATE TABLE a_logs (
    id integer
) PARTITION BY LIST (id);
CREATE TABLE events (
    id integer,
    age integer
) PARTITION BY LIST (id);
ALTER TABLE old_events DETACH PARTITION events_1;
ALTER TABLE z_logs DETACH PARTITION logs_1;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE a_logs ATTACH PARTITION logs_1 FOR VALUES IN (1);
ALTER TABLE events
    ADD CONSTRAINT events_age FOREIGN KEY (age) REFERENCES ages(id);
ALTER TABLE events_1 DROP CONSTRAINT events_age;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES IN (1);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.old_events AS TABLE old_events;
DROP TABLE old_events;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.z_logs AS TABLE z_logs;
DROP TABLE z_logs;
