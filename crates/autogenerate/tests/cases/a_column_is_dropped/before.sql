CREATE TABLE items (
    id integer PRIMARY KEY,
    sku text,
    note text NOT NULL DEFAULT ''
);
