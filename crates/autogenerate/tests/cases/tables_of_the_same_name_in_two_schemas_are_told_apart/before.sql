CREATE SCHEMA other;
CREATE TABLE items (
    id integer PRIMARY KEY,
    name text
);
CREATE TABLE other.items (
    id integer PRIMARY KEY,
    name text,
    item_id integer REFERENCES public.items
);
