CREATE TABLE accounts (
    id integer PRIMARY KEY,
    login text NOT NULL
);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    user_id integer CONSTRAINT orders_user_fkey REFERENCES accounts
);
