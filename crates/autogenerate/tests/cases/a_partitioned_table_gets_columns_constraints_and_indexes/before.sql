CREATE TABLE users (
    id integer PRIMARY KEY
);
CREATE TABLE events (
    id integer NOT NULL,
    user_id integer,
    note varchar(10)
) PARTITION BY HASH (id);
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
