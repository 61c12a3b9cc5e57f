CREATE DOMAIN mark AS integer;
CREATE DOMAIN code AS text;
CREATE TYPE pair AS (code code, mark mark);
CREATE TABLE results (
    n integer PRIMARY KEY,
    marks mark[] NOT NULL,
    best mark,
    pair pair
);
