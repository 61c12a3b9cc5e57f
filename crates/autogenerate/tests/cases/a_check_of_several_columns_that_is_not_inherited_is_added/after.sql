CREATE TABLE spans (
    id integer PRIMARY KEY,
    first date,
    last date,
    CONSTRAINT spans_order CHECK (first <= last) NO INHERIT
);
