INSERT INTO collections VALUES (1);
INSERT INTO items VALUES (1, 1), (2, NULL);
