CREATE TABLE hens (
    id integer PRIMARY KEY,
    egg_id integer
);
CREATE TABLE eggs (
    id integer PRIMARY KEY,
    hen_id integer REFERENCES hens
);
ALTER TABLE hens ADD FOREIGN KEY (egg_id) REFERENCES eggs;
CREATE TABLE farms (
    id integer PRIMARY KEY
);
