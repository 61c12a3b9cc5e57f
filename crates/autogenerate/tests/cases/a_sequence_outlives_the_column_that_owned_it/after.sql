CREATE SEQUENCE numbers;
CREATE TABLE items (
    name text
);
CREATE TABLE others (
    id integer DEFAULT nextval('numbers') PRIMARY KEY
);
ALTER SEQUENCE numbers OWNED BY others.id;
