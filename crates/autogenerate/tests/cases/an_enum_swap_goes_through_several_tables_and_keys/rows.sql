INSERT INTO kinds VALUES ('a', 'A'), ('b', 'B');
INSERT INTO things VALUES (1, 'a', '{a}');
INSERT INTO logs VALUES (1, 'b'), (2, NULL);
