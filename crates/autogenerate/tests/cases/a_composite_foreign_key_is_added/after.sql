CREATE TABLE orders (
    shop integer,
    number integer,
    PRIMARY KEY (shop, number)
);
CREATE TABLE lines (
    id integer PRIMARY KEY,
    number integer,
    shop integer,
    FOREIGN KEY (shop, number) REFERENCES orders ON UPDATE CASCADE
);
