CREATE TABLE events (
    id integer NOT NULL,
    at date NOT NULL,
    size bigint,
    twice integer GENERATED ALWAYS AS (size * 2) STORED,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE notes (id integer, at date, FOREIGN KEY (id, at) REFERENCES events);
