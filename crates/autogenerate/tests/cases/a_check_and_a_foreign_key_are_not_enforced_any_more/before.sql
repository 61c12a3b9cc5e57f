CREATE TABLE shops (id integer PRIMARY KEY);
CREATE TABLE items (x integer, shop integer, CONSTRAINT x_is_positive CHECK (x > 0), CONSTRAINT of_a_shop FOREIGN KEY (shop) REFERENCES shops);
