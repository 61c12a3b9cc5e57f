CREATE TABLE users (
    id integer PRIMARY KEY,
    email text NOT NULL UNIQUE
);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    user_id integer REFERENCES users (id),
    email text REFERENCES users (email)
);
