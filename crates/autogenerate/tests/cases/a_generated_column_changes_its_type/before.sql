CREATE TABLE boxes (
    width integer,
    doubled integer GENERATED ALWAYS AS (width * 2) STORED
);
