ALTER TABLE lines
    ADD CONSTRAINT lines_shop_number_fkey FOREIGN KEY (shop, number) REFERENCES orders(shop, number) ON UPDATE CASCADE NOT VALID;
--- a new file
-- hazards: may-fail-on-data
-- slot: resolve rows of lines that lines_shop_number_fkey does not allow
--   count: SELECT count(*) FROM lines WHERE shop IS NOT NULL AND number IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM orders AS other WHERE other.shop = lines.shop AND other.number = lines.number)
--   template: UPDATE lines SET … WHERE shop IS NOT NULL AND number IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM orders AS other WHERE other.shop = lines.shop AND other.number = lines.number);
ALTER TABLE lines VALIDATE CONSTRAINT lines_shop_number_fkey;
