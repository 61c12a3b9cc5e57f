CREATE TABLE items (
    id integer PRIMARY KEY,
    b text,
    c text
);
