CREATE TABLE boxes (
    width integer,
    height integer,
    area integer GENERATED ALWAYS AS (width * height) STORED
);
CREATE INDEX ON boxes (area);
