CREATE TABLE items (
    id integer PRIMARY KEY,
    colour varchar(10),
    size varchar(10) CHECK (size IN ('s', 'l, xl'))
);
