CREATE TABLE shelves (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY
);
