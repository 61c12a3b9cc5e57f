INSERT INTO items VALUES (1, 'a');
INSERT INTO other.items VALUES (1, 'b', 1);
