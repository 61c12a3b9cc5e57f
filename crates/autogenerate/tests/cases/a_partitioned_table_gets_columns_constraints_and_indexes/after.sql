CREATE TABLE users (
    id integer PRIMARY KEY
);
CREATE TABLE events (
    id integer NOT NULL PRIMARY KEY,
    user_id integer REFERENCES users ON DELETE CASCADE,
    note varchar(100),
    size integer NOT NULL DEFAULT 0 CONSTRAINT events_size_check CHECK (size >= 0)
) PARTITION BY HASH (id);
CREATE TABLE events_0 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX events_user_idx ON events (user_id);
