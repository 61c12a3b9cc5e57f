INSERT INTO authors VALUES (1, 'Ada');
INSERT INTO editors VALUES (2, 'Bea');
INSERT INTO books VALUES (1, 1, 2);
