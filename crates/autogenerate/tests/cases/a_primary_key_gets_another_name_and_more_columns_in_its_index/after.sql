CREATE TABLE items (
    id integer,
    name text,
    size integer,
    CONSTRAINT items_key PRIMARY KEY (id) INCLUDE (name),
    CONSTRAINT items_size_is_unique UNIQUE (size)
);
