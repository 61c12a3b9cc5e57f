INSERT INTO boxes (id) VALUES (1);
