INSERT INTO shelves VALUES (1);
INSERT INTO items VALUES (1, 'a', 1);
