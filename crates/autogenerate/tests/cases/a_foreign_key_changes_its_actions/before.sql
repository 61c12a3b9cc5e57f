CREATE TABLE parents (
    id integer PRIMARY KEY
);
CREATE TABLE children (
    id integer PRIMARY KEY,
    a integer REFERENCES parents ON DELETE CASCADE,
    b integer REFERENCES parents,
    c integer REFERENCES parents ON UPDATE CASCADE ON DELETE SET DEFAULT
);
