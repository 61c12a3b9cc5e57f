CREATE TABLE events (
    id integer NOT NULL,
    at date NOT NULL,
    PRIMARY KEY (id, at)
);
