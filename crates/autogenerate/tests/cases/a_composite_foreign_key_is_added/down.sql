ALTER TABLE lines DROP CONSTRAINT lines_shop_number_fkey;
