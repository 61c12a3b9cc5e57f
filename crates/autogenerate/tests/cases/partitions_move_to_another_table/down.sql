CREATE TABLE old_events (
    id integer,
    age integer
) PARTITION BY LIST (id);
CREATE TABLE z_logs (
    id integer
) PARTITION BY LIST (id);
ALTER TABLE a_logs DETACH PARTITION logs_1;
ALTER TABLE events DETACH PARTITION events_1;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE z_logs ATTACH PARTITION logs_1 FOR VALUES IN (1);
ALTER TABLE old_events
    ADD CONSTRAINT events_age FOREIGN KEY (age) REFERENCES eras(id);
ALTER TABLE events_1 DROP CONSTRAINT events_age;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE old_events ATTACH PARTITION events_1 FOR VALUES IN (1);
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.a_logs AS TABLE a_logs;
DROP TABLE a_logs;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.events AS TABLE events;
DROP TABLE events;
