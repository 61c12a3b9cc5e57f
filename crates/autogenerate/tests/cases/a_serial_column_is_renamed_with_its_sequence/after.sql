-- rename column items.number to id
CREATE TABLE items (
    id serial PRIMARY KEY,
    name text
);
