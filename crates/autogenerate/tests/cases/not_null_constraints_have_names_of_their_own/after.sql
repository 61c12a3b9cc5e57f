-- postgres: 18
-- scope: database
CREATE TABLE items (
    id integer NOT NULL,
    name text CONSTRAINT items_numbered NOT NULL,
    size integer CONSTRAINT items_sized NOT NULL
);
CREATE TABLE others (id integer CONSTRAINT others_numbered NOT NULL);
