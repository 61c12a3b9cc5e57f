CREATE TABLE items (
    id integer PRIMARY KEY,
    amount integer NOT NULL DEFAULT 0 CHECK (amount >= 0)
);
CREATE INDEX items_amount_idx ON items (amount) WHERE amount > 10;
