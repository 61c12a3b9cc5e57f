CREATE TABLE items (
    name text,
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
