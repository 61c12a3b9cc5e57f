CREATE TABLE items (
    id integer PRIMARY KEY,
    a integer DEFAULT 1,
    b text DEFAULT 'it''s new',
    c date,
    d boolean NOT NULL DEFAULT (NOT true)
);
