CREATE TABLE items (
    id integer PRIMARY KEY,
    a integer,
    b text DEFAULT 'old',
    c date DEFAULT '2020-01-01',
    d boolean NOT NULL DEFAULT true
);
