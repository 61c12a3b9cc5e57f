INSERT INTO results VALUES (1, '{1, 2}', 1, '(a,1)');
