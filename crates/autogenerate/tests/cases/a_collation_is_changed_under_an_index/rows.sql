INSERT INTO words VALUES (1, 'b', 'x'), (2, 'a', 'y');
