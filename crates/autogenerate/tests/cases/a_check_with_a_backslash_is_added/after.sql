CREATE TABLE items (
    code text DEFAULT 'it''s \',
    CONSTRAINT items_code_check CHECK (code ~ '^\d+$')
);
CREATE TABLE paths (path text) PARTITION BY LIST (path);
CREATE TABLE paths_1 PARTITION OF paths FOR VALUES IN ('a\b');
