CREATE TABLE items (id integer, tag text, size integer NOT NULL);
