INSERT INTO items VALUES (1, '{abcdefghijk,lmnopqrstuv,wxyz}', '{1,2}', '{a}', '{b}');
