CREATE TABLE notes (id bigint, body text);
CREATE TABLE old_notes () INHERITS (notes);
