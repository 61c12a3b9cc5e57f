CREATE TABLE events (
    id integer NOT NULL,
    at date NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE events_2020 PARTITION OF events (
    CONSTRAINT events_2020_id_check CHECK (id > 0)
) FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX events_2020_id_idx ON events_2020 (id);
COMMENT ON TABLE events_2020 IS 'A year';
