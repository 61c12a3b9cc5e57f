INSERT INTO countries VALUES (1, 'NO'), (2, 'SE');
INSERT INTO cities VALUES (1, 1);
