CREATE TABLE lists (
    id integer PRIMARY KEY,
    position integer UNIQUE,
    rank integer UNIQUE DEFERRABLE INITIALLY DEFERRED
);
