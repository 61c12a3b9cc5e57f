INSERT INTO events VALUES ('a', 1), ('b', 2);
