CREATE TABLE notes (id bigint NOT NULL, body text, CONSTRAINT notes_body_check CHECK (body <> ''));
