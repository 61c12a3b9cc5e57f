ALTER TABLE items RENAME CONSTRAINT positive TO items_size_is_positive;
