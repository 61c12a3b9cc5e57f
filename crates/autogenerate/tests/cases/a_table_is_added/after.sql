CREATE TABLE collections (
    id uuid PRIMARY KEY
);
CREATE TABLE items (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    collection_id uuid NOT NULL REFERENCES collections ON DELETE CASCADE,
    name varchar(200) NOT NULL CONSTRAINT items_name_check CHECK (char_length(name) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, name)
);
CREATE INDEX items_newest_idx ON items (created_at DESC);
COMMENT ON TABLE items IS 'Things worth keeping track of.';
COMMENT ON COLUMN items.name IS 'What it''s called.';
