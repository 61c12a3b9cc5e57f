CREATE TABLE nodes (
    id integer PRIMARY KEY,
    a integer REFERENCES nodes,
    b integer REFERENCES nodes DEFERRABLE INITIALLY DEFERRED,
    c integer REFERENCES nodes DEFERRABLE
);
