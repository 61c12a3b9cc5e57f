CREATE TABLE items (
    id integer PRIMARY KEY,
    name text
);
CREATE TABLE items_v2 (
    id integer PRIMARY KEY,
    title text
);
