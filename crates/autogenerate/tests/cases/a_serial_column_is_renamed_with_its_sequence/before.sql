CREATE TABLE items (
    number serial PRIMARY KEY,
    name text
);
