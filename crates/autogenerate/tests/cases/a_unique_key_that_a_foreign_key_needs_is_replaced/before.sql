CREATE TABLE users (
    id integer PRIMARY KEY,
    email text CONSTRAINT users_email_key UNIQUE
);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    author text REFERENCES users (email)
);
