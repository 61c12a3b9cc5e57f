INSERT INTO boxes (width, height) VALUES (2, 3);
