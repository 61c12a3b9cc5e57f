CREATE TABLE boxes (
    width integer,
    height integer,
    depth integer,
    size integer GENERATED ALWAYS AS (width * height) STORED CHECK (size > 0),
    code text GENERATED ALWAYS AS (width::text) STORED UNIQUE,
    edge integer GENERATED ALWAYS AS (depth + 1) STORED
);
CREATE INDEX boxes_size_idx ON boxes (size);
CREATE VIEW sizes AS SELECT size FROM boxes;
COMMENT ON COLUMN boxes.size IS 'How large';
