INSERT INTO users VALUES (1, 'a@example.org');
INSERT INTO posts VALUES (1, 1, 'a@example.org');
