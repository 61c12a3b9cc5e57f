INSERT INTO lamps VALUES (1, NULL, '{}'), (2, 'on', '{on,off}'), (3, 'off', DEFAULT);
