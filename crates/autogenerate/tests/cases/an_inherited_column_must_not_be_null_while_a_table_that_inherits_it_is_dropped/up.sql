--- a new file
-- slot in portions: resolve rows of notes that notes_body_check does not allow
--   count: SELECT count(*) FROM notes WHERE NOT ((body <> ''::text))
--   template: UPDATE notes SET … WHERE NOT ((body <> ''::text));
ALTER TABLE notes
    ADD CONSTRAINT notes_body_check CHECK ((body <> ''::text)) NOT VALID;
--- a new file
-- slot in portions: populate notes.id
--   count: SELECT count(*) FROM notes WHERE id IS NULL
--   template: UPDATE notes SET id = … WHERE id IS NULL;
ALTER TABLE notes ADD CONSTRAINT notes_id_is_set CHECK (id IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE notes VALIDATE CONSTRAINT notes_body_check;
-- hazards: may-fail-on-data
ALTER TABLE notes VALIDATE CONSTRAINT notes_id_is_set;
ALTER TABLE notes ALTER COLUMN id SET NOT NULL;
ALTER TABLE notes DROP CONSTRAINT notes_id_is_set;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.old_notes AS TABLE old_notes;
DROP TABLE old_notes;
