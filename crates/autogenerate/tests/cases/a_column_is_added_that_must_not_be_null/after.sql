CREATE TABLE items (
    id integer PRIMARY KEY,
    sku varchar(20) NOT NULL
);
