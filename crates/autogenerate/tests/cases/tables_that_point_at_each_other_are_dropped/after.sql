CREATE TABLE farms (
    id integer PRIMARY KEY
);
