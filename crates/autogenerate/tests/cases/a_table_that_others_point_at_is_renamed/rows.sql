INSERT INTO authors (name) VALUES ('Ada');
INSERT INTO books VALUES (1, 1);
