CREATE TABLE shelves (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    place integer CHECK (place > 0),
    code varchar(20) CHECK (char_length(code) BETWEEN 1 AND 9 OR code IN ('a', 'b')),
    a integer,
    b integer,
    size integer DEFAULT 3 CHECK (size > 0),
    first integer REFERENCES shelves,
    second integer DEFAULT 1 REFERENCES shelves,
    CHECK (num_nonnulls(a, b) = 1)
);
