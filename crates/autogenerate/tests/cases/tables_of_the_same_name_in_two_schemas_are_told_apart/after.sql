-- scope: database
-- rename column other.items.name to title
CREATE SCHEMA other;
CREATE TABLE items (
    id integer PRIMARY KEY,
    name text NOT NULL
);
CREATE INDEX ON items (name);
CREATE TABLE other.items (
    id integer PRIMARY KEY,
    title text,
    item_id integer REFERENCES public.items ON DELETE CASCADE
);
CREATE INDEX ON other.items (title);
COMMENT ON COLUMN other.items.title IS 'There';
