INSERT INTO items VALUES (1, 'old', 'new');
