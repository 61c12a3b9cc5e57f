INSERT INTO owners VALUES (1);
INSERT INTO pages (owner_id, title, body, state) VALUES (1, 'a', '{"a": 1}', 'draft'), (1, 'b', '[]', 'live');
