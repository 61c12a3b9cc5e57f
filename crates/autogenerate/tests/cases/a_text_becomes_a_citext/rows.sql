INSERT INTO users VALUES (1, 'A@example.com', 'A', 'a', 'x'), (2, 'b@example.com', 'a', 'A', 'X'), (3, NULL, NULL, NULL, NULL);
