CREATE TABLE happenings (
    id integer NOT NULL,
    at date NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE happenings_2020 PARTITION OF happenings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX ON happenings (at);
