-- hazards: blocks-writes, blocks-reads, may-fail-on-data
ALTER TABLE events ATTACH PARTITION events_2020 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
