CREATE TABLE things (
    id integer PRIMARY KEY,
    colour text,
    size integer
);
CREATE INDEX ON things (colour);
