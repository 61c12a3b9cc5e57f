CREATE TABLE readings (
    at timestamp PRIMARY KEY
);
