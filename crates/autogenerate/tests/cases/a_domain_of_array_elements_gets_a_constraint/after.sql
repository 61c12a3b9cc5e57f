CREATE DOMAIN mark AS integer CHECK (VALUE > 0);
CREATE DOMAIN code AS text NOT NULL;
CREATE TYPE pair AS (code code, mark mark);
CREATE TABLE results (
    n integer PRIMARY KEY,
    marks mark[] NOT NULL,
    best mark,
    pair pair
);
