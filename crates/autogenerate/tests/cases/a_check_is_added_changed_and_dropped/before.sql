CREATE TABLE items (
    id integer PRIMARY KEY,
    size integer CONSTRAINT items_size_check CHECK (size > 0),
    weight integer CONSTRAINT items_weight_check CHECK (weight > 0),
    name text
);
