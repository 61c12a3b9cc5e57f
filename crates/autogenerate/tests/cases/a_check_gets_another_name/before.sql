CREATE TABLE items (
    id integer PRIMARY KEY,
    size integer CONSTRAINT positive CHECK (size > 0)
);
