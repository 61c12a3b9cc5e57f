CREATE TABLE places (
    id integer
);
DROP EXTENSION earthdistance;
DROP EXTENSION cube;
