CREATE TABLE shops (
    id integer PRIMARY KEY
);
CREATE TABLE stores (
    id integer PRIMARY KEY
);
CREATE TABLE items (
    id integer PRIMARY KEY,
    place_id integer CONSTRAINT items_place_fkey REFERENCES stores
);
