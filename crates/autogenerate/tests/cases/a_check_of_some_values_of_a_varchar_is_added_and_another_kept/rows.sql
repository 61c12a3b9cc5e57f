INSERT INTO items VALUES (1, 'red', 's');
