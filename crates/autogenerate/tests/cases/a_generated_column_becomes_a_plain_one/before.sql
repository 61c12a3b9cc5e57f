CREATE TABLE boxes (
    width integer,
    height integer,
    area integer GENERATED ALWAYS AS (width * height) STORED
);
