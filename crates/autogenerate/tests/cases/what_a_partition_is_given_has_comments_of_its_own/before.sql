CREATE TABLE events (id integer NOT NULL, size integer, name text) PARTITION BY LIST (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
CREATE INDEX events_name ON events (name);
COMMENT ON INDEX events_1_name_idx IS 'the old one';
