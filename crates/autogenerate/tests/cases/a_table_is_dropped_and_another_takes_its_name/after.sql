-- rename table items_v2 to items
CREATE TABLE items (
    id integer PRIMARY KEY,
    title text
);
