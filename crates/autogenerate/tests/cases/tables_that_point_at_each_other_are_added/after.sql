CREATE TABLE hens (
    id integer PRIMARY KEY,
    egg_id integer NOT NULL
);
CREATE TABLE eggs (
    id integer PRIMARY KEY,
    hen_id integer NOT NULL REFERENCES hens
);
ALTER TABLE hens ADD FOREIGN KEY (egg_id) REFERENCES eggs DEFERRABLE INITIALLY DEFERRED;
