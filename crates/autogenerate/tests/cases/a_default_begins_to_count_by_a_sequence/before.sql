CREATE SEQUENCE numbers;
CREATE TABLE items (
    id integer PRIMARY KEY,
    number bigint NOT NULL
);
