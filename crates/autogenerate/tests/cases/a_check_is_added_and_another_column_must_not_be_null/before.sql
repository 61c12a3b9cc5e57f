CREATE TABLE items (
    id integer PRIMARY KEY,
    owner text,
    price integer
);
