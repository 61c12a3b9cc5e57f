CREATE SEQUENCE numbers;
CREATE TABLE items (
    id integer DEFAULT nextval('numbers') PRIMARY KEY,
    name text
);
ALTER SEQUENCE numbers OWNED BY items.id;
