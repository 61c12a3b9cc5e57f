ALTER TABLE items RENAME CONSTRAINT items_size_is_positive TO positive;
