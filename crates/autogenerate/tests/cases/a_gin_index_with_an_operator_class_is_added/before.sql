CREATE TABLE items (
    id integer PRIMARY KEY,
    attributes jsonb NOT NULL,
    words tsvector
);
