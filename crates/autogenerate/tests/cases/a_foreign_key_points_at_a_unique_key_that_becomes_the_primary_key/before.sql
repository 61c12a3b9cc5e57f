CREATE TABLE users (
    id integer NOT NULL UNIQUE,
    email text PRIMARY KEY
);
CREATE TABLE posts (
    id integer PRIMARY KEY,
    user_id integer REFERENCES users (id),
    email text REFERENCES users (email)
);
