INSERT INTO items VALUES (1, '{a,b}', '{1,2}');
