CREATE TABLE items (
    id integer PRIMARY KEY,
    name varchar(50) NOT NULL DEFAULT 'none',
    note varchar(50)
);
CREATE INDEX ON items (name);
