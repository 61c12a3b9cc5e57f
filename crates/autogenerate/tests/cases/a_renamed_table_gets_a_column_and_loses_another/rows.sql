INSERT INTO things VALUES (1, 'red', 7), (2, NULL, 9);
