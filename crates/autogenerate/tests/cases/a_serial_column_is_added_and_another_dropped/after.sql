CREATE TABLE items (
    name text,
    b bigserial
);
