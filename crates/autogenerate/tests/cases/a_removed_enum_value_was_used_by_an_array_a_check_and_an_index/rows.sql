INSERT INTO people VALUES (1, 'sad', '{sad}'), (2, NULL, '{}'), (3, 'happy', '{happy,sad}');
