CREATE TABLE authors (id integer, name text, PRIMARY KEY (id) INCLUDE (name));
CREATE TABLE editors (id integer NOT NULL, name text);
CREATE UNIQUE INDEX editors_id ON editors (id) INCLUDE (name);
CREATE TABLE books (id integer PRIMARY KEY, author integer, editor integer);
ALTER TABLE books ADD CONSTRAINT books_author FOREIGN KEY (author) REFERENCES authors (id);
ALTER TABLE books ADD CONSTRAINT books_editor FOREIGN KEY (editor) REFERENCES editors (id);
