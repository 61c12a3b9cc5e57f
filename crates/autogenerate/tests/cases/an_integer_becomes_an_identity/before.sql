CREATE TABLE items (
    id integer PRIMARY KEY,
    number integer NOT NULL DEFAULT 5
);
