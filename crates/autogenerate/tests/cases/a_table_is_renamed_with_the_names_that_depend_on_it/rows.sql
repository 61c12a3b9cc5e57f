INSERT INTO things (name, parent_id) VALUES ('root', NULL), ('leaf', 1);
