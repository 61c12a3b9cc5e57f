CREATE TABLE countries (
    code char(2) PRIMARY KEY
);
CREATE TABLE cities (
    id integer PRIMARY KEY,
    country_code char(2) REFERENCES countries
);
