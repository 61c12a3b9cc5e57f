-- rename column lines.amount to quantity
-- rename column lines.number to position
CREATE TABLE lines (
    order_id integer,
    position integer,
    quantity integer NOT NULL,
    doubled integer GENERATED ALWAYS AS (quantity * 2) STORED,
    CONSTRAINT lines_amount_is_positive CHECK (quantity > 0),
    PRIMARY KEY (order_id, position)
);
CREATE TABLE parcels (
    id integer PRIMARY KEY,
    order_id integer,
    line integer,
    CONSTRAINT parcels_line_fkey FOREIGN KEY (order_id, line) REFERENCES lines (order_id, position)
);
