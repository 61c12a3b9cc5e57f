--- reverts file 3 of 3
ALTER TABLE books DROP CONSTRAINT books_editor;
ALTER TABLE books
    ADD CONSTRAINT books_editor FOREIGN KEY (editor) REFERENCES editors(id) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE books DROP CONSTRAINT books_author;
ALTER TABLE books
    ADD CONSTRAINT books_author FOREIGN KEY (author) REFERENCES authors(id) NOT VALID;
ALTER TABLE books DROP CONSTRAINT books_editor;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of editors.name fit character varying(20)
--   count: SELECT count(*) FROM editors WHERE char_length(name::text) > 20
--   template: UPDATE editors SET name = … WHERE char_length(name::text) > 20;
ALTER TABLE editors ALTER COLUMN name SET DATA TYPE character varying(20);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of books that books_editor does not allow
--   count: SELECT count(*) FROM books WHERE editor IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM editors AS other WHERE other.id = books.editor)
--   template: UPDATE books SET … WHERE editor IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM editors AS other WHERE other.id = books.editor);
ALTER TABLE books
    ADD CONSTRAINT books_editor FOREIGN KEY (editor) REFERENCES editors(id);
--- reverts file 1 of 3
ALTER TABLE books DROP CONSTRAINT books_author;
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of authors.name fit character varying(20)
--   count: SELECT count(*) FROM authors WHERE char_length(name::text) > 20
--   template: UPDATE authors SET name = … WHERE char_length(name::text) > 20;
ALTER TABLE authors ALTER COLUMN name SET DATA TYPE character varying(20);
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of books that books_author does not allow
--   count: SELECT count(*) FROM books WHERE author IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM authors AS other WHERE other.id = books.author)
--   template: UPDATE books SET … WHERE author IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM authors AS other WHERE other.id = books.author);
ALTER TABLE books
    ADD CONSTRAINT books_author FOREIGN KEY (author) REFERENCES authors(id);
