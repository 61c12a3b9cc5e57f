CREATE TABLE items (
    id integer PRIMARY KEY,
    name varchar(200) NOT NULL DEFAULT 'none',
    note text
);
CREATE INDEX ON items (name);
