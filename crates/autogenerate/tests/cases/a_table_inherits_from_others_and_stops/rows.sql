INSERT INTO notes (id, name) VALUES (1, 'a');
INSERT INTO drafts VALUES (2, 'b');
