CREATE TABLE readings (
    at timestamp(0) PRIMARY KEY
);
