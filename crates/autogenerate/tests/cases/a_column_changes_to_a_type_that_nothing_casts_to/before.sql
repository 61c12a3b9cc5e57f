CREATE TABLE items (
    id integer PRIMARY KEY,
    flag boolean NOT NULL DEFAULT false,
    at date
);
