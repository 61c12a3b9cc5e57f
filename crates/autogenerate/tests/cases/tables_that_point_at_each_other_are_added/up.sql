CREATE TABLE eggs (
    id integer NOT NULL,
    hen_id integer NOT NULL,
    CONSTRAINT eggs_pkey PRIMARY KEY (id)
);
CREATE TABLE hens (
    id integer NOT NULL,
    egg_id integer NOT NULL,
    CONSTRAINT hens_pkey PRIMARY KEY (id)
);
ALTER TABLE eggs
    ADD CONSTRAINT eggs_hen_id_fkey FOREIGN KEY (hen_id) REFERENCES hens(id);
ALTER TABLE hens
    ADD CONSTRAINT hens_egg_id_fkey FOREIGN KEY (egg_id) REFERENCES eggs(id) DEFERRABLE INITIALLY DEFERRED;
