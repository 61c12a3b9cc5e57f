CREATE SEQUENCE numbers;
CREATE SEQUENCE others;
CREATE TABLE items (
    id integer PRIMARY KEY DEFAULT nextval('others'),
    number bigint NOT NULL DEFAULT nextval('numbers')
);
