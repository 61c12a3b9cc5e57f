CREATE TABLE items (
    a integer NOT NULL,
    b integer NOT NULL
);
CREATE SEQUENCE first;
CREATE SEQUENCE second OWNED BY items.b;
