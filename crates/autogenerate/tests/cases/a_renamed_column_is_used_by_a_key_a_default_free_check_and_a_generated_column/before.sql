CREATE TABLE lines (
    order_id integer,
    number integer,
    amount integer NOT NULL,
    doubled integer GENERATED ALWAYS AS (amount * 2) STORED,
    CONSTRAINT lines_amount_is_positive CHECK (amount > 0),
    PRIMARY KEY (order_id, number)
);
CREATE TABLE parcels (
    id integer PRIMARY KEY,
    order_id integer,
    line integer,
    CONSTRAINT parcels_line_fkey FOREIGN KEY (order_id, line) REFERENCES lines (order_id, number)
);
