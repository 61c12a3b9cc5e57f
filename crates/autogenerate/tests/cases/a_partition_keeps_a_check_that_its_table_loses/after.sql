CREATE TABLE events (id integer, size integer) PARTITION BY LIST (id);
CREATE TABLE events_1 PARTITION OF events (CONSTRAINT events_size CHECK (size > 0), UNIQUE (id)) FOR VALUES IN (1);
