CREATE TABLE items (
    id integer PRIMARY KEY,
    a integer,
    b integer
);
CREATE INDEX items_idx ON items (b DESC NULLS LAST, a);
COMMENT ON INDEX items_idx IS 'Stays';
