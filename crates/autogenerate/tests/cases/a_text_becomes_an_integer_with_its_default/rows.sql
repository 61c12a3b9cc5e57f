INSERT INTO items VALUES (1, '7'), (2, '12');
