INSERT INTO events (at) VALUES (1);
