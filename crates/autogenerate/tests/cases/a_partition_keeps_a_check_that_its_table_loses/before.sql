CREATE TABLE events (id integer, size integer, CONSTRAINT events_size CHECK (size > 0), UNIQUE (id)) PARTITION BY LIST (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
