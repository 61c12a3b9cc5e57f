CREATE TABLE items (
    id integer PRIMARY KEY,
    owner text NOT NULL,
    price integer,
    CONSTRAINT items_id_check CHECK (id > 2),
    CONSTRAINT items_price_check CHECK (price > 2)
);
