CREATE TABLE users (
    id integer PRIMARY KEY,
    email text NOT NULL
);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    user_id integer CONSTRAINT orders_user_fkey REFERENCES users
);
