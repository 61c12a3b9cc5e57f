CREATE TABLE parents (
    id integer PRIMARY KEY
);
CREATE TABLE children (
    id integer PRIMARY KEY,
    a integer REFERENCES parents ON DELETE RESTRICT,
    b integer REFERENCES parents ON DELETE SET NULL ON UPDATE CASCADE,
    c integer REFERENCES parents
);
