CREATE TABLE a (
    x integer
);
CREATE TABLE b (
    x integer
);
CREATE INDEX by_x ON a (x);
