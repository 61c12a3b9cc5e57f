INSERT INTO collections VALUES (1, NULL), (2, 1);
INSERT INTO items VALUES (1, 2);
