CREATE TABLE items (
    a integer NOT NULL,
    b integer NOT NULL
);
CREATE SEQUENCE first OWNED BY items.a;
CREATE SEQUENCE second;
