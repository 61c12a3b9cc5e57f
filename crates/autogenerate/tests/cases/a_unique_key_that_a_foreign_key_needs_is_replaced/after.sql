CREATE TABLE users (
    id integer PRIMARY KEY,
    email text CONSTRAINT users_login_key UNIQUE NULLS NOT DISTINCT
);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    author text REFERENCES users (email)
);
