CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE SEQUENCE numbers;
COMMENT ON SEQUENCE numbers IS 'Counts';
CREATE TABLE items (
    id integer CONSTRAINT items_pkey PRIMARY KEY,
    name text CONSTRAINT items_name_check CHECK (name <> ''),
    other integer CONSTRAINT items_other_fkey REFERENCES items
);
CREATE INDEX items_name_idx ON items (name);
COMMENT ON TABLE items IS E'New: it''s a \\ and
a line';
COMMENT ON COLUMN items.id IS 'Coming';
COMMENT ON CONSTRAINT items_pkey ON items IS 'The key';
COMMENT ON CONSTRAINT items_name_check ON items IS 'Named';
COMMENT ON CONSTRAINT items_other_fkey ON items IS 'Points';
