-- rename column items.amount to price
CREATE TABLE items (
    id integer PRIMARY KEY,
    price numeric(10,2) NOT NULL DEFAULT 0.00 CHECK (price >= 0)
);
CREATE INDEX items_amount_idx ON items (price DESC, id) WHERE price > 10.5;
