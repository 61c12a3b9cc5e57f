CREATE TABLE prices (
    id integer PRIMARY KEY,
    amount numeric(6,2) NOT NULL DEFAULT 0,
    quantity smallint NOT NULL
);
