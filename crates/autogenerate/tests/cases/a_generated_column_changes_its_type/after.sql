CREATE TABLE boxes (
    width bigint,
    doubled bigint GENERATED ALWAYS AS (width * 2) STORED
);
