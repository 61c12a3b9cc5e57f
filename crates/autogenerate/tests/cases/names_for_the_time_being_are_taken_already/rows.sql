INSERT INTO items VALUES ('a', 'n', 'c');
