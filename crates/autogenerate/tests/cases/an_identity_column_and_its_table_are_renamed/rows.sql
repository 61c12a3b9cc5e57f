INSERT INTO things (name) VALUES ('a'), ('b');
