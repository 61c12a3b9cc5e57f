CREATE TABLE boxes (
    width integer,
    height integer,
    size integer GENERATED ALWAYS AS (width + height) STORED CHECK (size > 0)
);
CREATE INDEX boxes_size_idx ON boxes (size);
COMMENT ON COLUMN boxes.size IS 'How large';
