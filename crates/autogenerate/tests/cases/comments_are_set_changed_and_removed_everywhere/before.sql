CREATE TYPE mood AS ENUM ('sad', 'ok');
COMMENT ON TYPE mood IS 'How one feels';
CREATE SEQUENCE numbers;
CREATE TABLE items (
    id integer CONSTRAINT items_pkey PRIMARY KEY,
    name text CONSTRAINT items_name_check CHECK (name <> ''),
    other integer CONSTRAINT items_other_fkey REFERENCES items
);
CREATE INDEX items_name_idx ON items (name);
COMMENT ON TABLE items IS 'Old';
COMMENT ON COLUMN items.name IS 'Going';
COMMENT ON CONSTRAINT items_pkey ON items IS 'Key';
COMMENT ON INDEX items_name_idx IS 'Going';
