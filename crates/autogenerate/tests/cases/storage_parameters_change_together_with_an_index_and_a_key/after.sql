CREATE TABLE items (id integer, code text);
CREATE INDEX items_code ON items (code);
CREATE TABLE marks (a integer, b integer, CONSTRAINT marks_key UNIQUE (a) INCLUDE (b));
