CREATE TABLE events (
    id integer GENERATED ALWAYS AS IDENTITY,
    at date NOT NULL,
    size smallint,
    twice integer GENERATED ALWAYS AS (size * 2) STORED,
    PRIMARY KEY (id, at)
);
CREATE TABLE notes (id integer, at date, FOREIGN KEY (id, at) REFERENCES events);
