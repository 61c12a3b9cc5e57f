--- reverts file 2 of 2
ALTER TABLE lines DROP CONSTRAINT lines_shop_number_fkey;
ALTER TABLE lines
    ADD CONSTRAINT lines_shop_number_fkey FOREIGN KEY (shop, number) REFERENCES orders(shop, number) ON UPDATE CASCADE NOT VALID;
--- reverts file 1 of 2
ALTER TABLE lines DROP CONSTRAINT lines_shop_number_fkey;
