INSERT INTO notes (id, name) VALUES (1, 'a');
