ALTER TABLE books DROP CONSTRAINT books_author;
ALTER TABLE authors ALTER COLUMN name SET DATA TYPE text;
ALTER TABLE books
    ADD CONSTRAINT books_author FOREIGN KEY (author) REFERENCES authors(id) NOT VALID;
--- a new file
ALTER TABLE books VALIDATE CONSTRAINT books_author;
ALTER TABLE books DROP CONSTRAINT books_editor;
ALTER TABLE editors ALTER COLUMN name SET DATA TYPE text;
ALTER TABLE books
    ADD CONSTRAINT books_editor FOREIGN KEY (editor) REFERENCES editors(id) NOT VALID;
--- a new file
ALTER TABLE books VALIDATE CONSTRAINT books_editor;
