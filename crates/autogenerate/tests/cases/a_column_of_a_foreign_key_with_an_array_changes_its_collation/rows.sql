INSERT INTO places VALUES ('Rome', '{1,2}');
INSERT INTO visits VALUES (1, 'Rome', '{1,2}'), (2, NULL, NULL);
