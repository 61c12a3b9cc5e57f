ALTER TABLE events DETACH PARTITION events_old;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM (MINVALUE) TO ('2021-01-01');
