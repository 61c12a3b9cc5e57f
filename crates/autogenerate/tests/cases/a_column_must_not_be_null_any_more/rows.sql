INSERT INTO items VALUES (1, 'a', NULL), (2, 'b', 4);
