CREATE TABLE users (
    id integer PRIMARY KEY,
    email text UNIQUE,
    name text,
    UNIQUE (name, email)
);
