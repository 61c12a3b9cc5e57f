CREATE TABLE items (
    id integer PRIMARY KEY,
    name text,
    created_at timestamptz
);
CREATE INDEX items_newest_idx ON items (created_at DESC, id DESC NULLS LAST, name COLLATE "C" text_pattern_ops);
COMMENT ON INDEX items_newest_idx IS 'Newest first';
