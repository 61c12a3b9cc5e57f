ALTER TABLE books DROP CONSTRAINT books_author;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of authors.name fit character varying(20)
--   count: SELECT count(*) FROM authors WHERE char_length(name::text) > 20
--   template: UPDATE authors SET name = … WHERE char_length(name::text) > 20;
ALTER TABLE authors ALTER COLUMN name SET DATA TYPE character varying(20);
ALTER TABLE books
    ADD CONSTRAINT books_author FOREIGN KEY (author) REFERENCES authors(id) NOT VALID;
--- a new file
ALTER TABLE books VALIDATE CONSTRAINT books_author;
ALTER TABLE books DROP CONSTRAINT books_editor;
-- hazards: rewrites-table, blocks-reads, may-fail-on-data
-- slot: make the values of editors.name fit character varying(20)
--   count: SELECT count(*) FROM editors WHERE char_length(name::text) > 20
--   template: UPDATE editors SET name = … WHERE char_length(name::text) > 20;
ALTER TABLE editors ALTER COLUMN name SET DATA TYPE character varying(20);
ALTER TABLE books
    ADD CONSTRAINT books_editor FOREIGN KEY (editor) REFERENCES editors(id) NOT VALID;
--- a new file
ALTER TABLE books VALIDATE CONSTRAINT books_editor;
