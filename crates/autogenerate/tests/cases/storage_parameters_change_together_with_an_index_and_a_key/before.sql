CREATE TABLE items (id integer, code text) WITH (fillfactor = 70);
CREATE INDEX items_code ON items (code) WITH (fillfactor = 60);
CREATE UNLOGGED TABLE marks (a integer, b integer, CONSTRAINT marks_key UNIQUE (a));
