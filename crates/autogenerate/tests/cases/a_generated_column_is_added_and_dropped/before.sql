CREATE TABLE boxes (
    width integer,
    height integer,
    volume integer GENERATED ALWAYS AS (width * height * height) STORED
);
