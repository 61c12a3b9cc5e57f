INSERT INTO items VALUES (1, 'b', 'c');
