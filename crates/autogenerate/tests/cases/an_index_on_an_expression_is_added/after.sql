CREATE TABLE users (
    id integer PRIMARY KEY,
    email text NOT NULL,
    profile jsonb
);
CREATE UNIQUE INDEX users_email_idx ON users (lower(email));
CREATE INDEX users_city_idx ON users ((profile ->> 'city'), (upper(email) || 'x') DESC);
