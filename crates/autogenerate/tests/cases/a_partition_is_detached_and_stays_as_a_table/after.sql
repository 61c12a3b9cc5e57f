CREATE TABLE events (
    id integer NOT NULL,
    at date NOT NULL,
    CONSTRAINT events_id_check CHECK (id > 0)
) PARTITION BY RANGE (at);
CREATE TABLE events_2020 (
    id integer NOT NULL,
    at date NOT NULL,
    CONSTRAINT events_id_check CHECK (id > 0)
);
CREATE TABLE events_2021 PARTITION OF events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE INDEX events_at_idx ON events (at);
CREATE INDEX events_2020_at_idx ON events_2020 (at);
