CREATE TABLE items (
    id integer PRIMARY KEY,
    flag date NOT NULL DEFAULT '2020-01-01',
    at boolean
);
