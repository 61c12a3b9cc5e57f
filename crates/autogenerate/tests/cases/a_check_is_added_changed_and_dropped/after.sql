CREATE TABLE items (
    id integer PRIMARY KEY,
    size integer CONSTRAINT items_size_check CHECK (size BETWEEN 1 AND 100),
    weight integer,
    name text CONSTRAINT items_name_check CHECK (char_length(name) <= 200)
);
