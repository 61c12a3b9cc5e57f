CREATE TABLE categories (
    id integer PRIMARY KEY,
    parent_id integer REFERENCES categories ON DELETE CASCADE,
    root_id integer NOT NULL REFERENCES categories
);
