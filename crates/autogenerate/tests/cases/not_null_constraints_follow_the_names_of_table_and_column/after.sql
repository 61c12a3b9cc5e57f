-- postgres: 18
-- rename table items to things
-- rename column things.name to title
CREATE TABLE things (
    id integer PRIMARY KEY,
    title text NOT NULL,
    size integer NOT NULL,
    weight integer CONSTRAINT weighed NOT NULL
);
