CREATE TABLE events (
    kind text NOT NULL,
    id integer NOT NULL
) PARTITION BY LIST (kind);
CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a', 'A');
CREATE INDEX ON events (id);
