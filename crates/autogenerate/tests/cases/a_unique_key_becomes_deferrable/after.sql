CREATE TABLE lists (
    id integer PRIMARY KEY,
    position integer UNIQUE DEFERRABLE INITIALLY DEFERRED,
    rank integer UNIQUE DEFERRABLE
);
