CREATE TYPE state AS ENUM ('draft', 'live', 'gone');
CREATE TABLE owners (
    id integer PRIMARY KEY
);
CREATE TABLE pages (
    id serial PRIMARY KEY,
    owner_id integer REFERENCES owners,
    state state NOT NULL DEFAULT 'draft',
    title varchar(80),
    body text NOT NULL,
    words integer GENERATED ALWAYS AS (char_length(body)) STORED,
    CONSTRAINT pages_title_check CHECK (title <> '')
);
CREATE INDEX pages_live_idx ON pages (owner_id) WHERE state = 'live';
CREATE UNIQUE INDEX pages_title_idx ON pages (lower(title));
