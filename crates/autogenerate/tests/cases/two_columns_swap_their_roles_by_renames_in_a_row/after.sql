-- rename column items.c to d
-- rename column items.b to e
CREATE TABLE items (
    id integer PRIMARY KEY,
    e text,
    d text,
    b integer
);
