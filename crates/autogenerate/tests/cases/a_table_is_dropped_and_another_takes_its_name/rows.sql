INSERT INTO items VALUES (1, 'old');
INSERT INTO items_v2 VALUES (2, 'new');
