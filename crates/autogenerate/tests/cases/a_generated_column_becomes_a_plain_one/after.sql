CREATE TABLE boxes (
    width integer,
    height integer,
    area integer DEFAULT 0
);
