CREATE TABLE spans (
    id integer PRIMARY KEY,
    first date,
    last date
);
