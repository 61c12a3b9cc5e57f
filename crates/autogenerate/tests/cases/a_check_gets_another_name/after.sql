CREATE TABLE items (
    id integer PRIMARY KEY,
    size integer CONSTRAINT items_size_is_positive CHECK (size > 0)
);
