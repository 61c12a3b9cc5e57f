INSERT INTO items VALUES (3, NULL, 3), (4, 'a', NULL), (5, NULL, 9);
