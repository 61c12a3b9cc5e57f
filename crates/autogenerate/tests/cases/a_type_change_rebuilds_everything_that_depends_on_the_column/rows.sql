INSERT INTO shelves VALUES (1), (7);
INSERT INTO items VALUES (1, 7, 3), (2, 1, 4);
