INSERT INTO users VALUES (1);
INSERT INTO events VALUES (1, 1, 'a'), (2, NULL, 'b'), (3, 1, 'c');
