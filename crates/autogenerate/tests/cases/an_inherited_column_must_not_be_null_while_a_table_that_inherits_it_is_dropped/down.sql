--- reverts file 3 of 3
CREATE TABLE old_notes () INHERITS (notes);
ALTER TABLE notes ALTER COLUMN id DROP NOT NULL;
ALTER TABLE notes
    ADD CONSTRAINT notes_id_is_set CHECK ((id IS NOT NULL)) NOT VALID;
ALTER TABLE notes DROP CONSTRAINT notes_body_check;
ALTER TABLE notes
    ADD CONSTRAINT notes_body_check CHECK ((body <> ''::text)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE notes DROP CONSTRAINT notes_id_is_set;
--- reverts file 1 of 3
ALTER TABLE notes DROP CONSTRAINT notes_body_check;
