COMMENT ON COLUMN items.id IS 'Coming';
COMMENT ON COLUMN items.name IS NULL;
COMMENT ON CONSTRAINT items_name_check ON items IS 'Named';
COMMENT ON CONSTRAINT items_other_fkey ON items IS 'Points';
COMMENT ON CONSTRAINT items_pkey ON items IS 'The key';
COMMENT ON INDEX items_name_idx IS NULL;
COMMENT ON SEQUENCE numbers IS 'Counts';
COMMENT ON TABLE items IS E'New: it''s a \\ and
a line';
COMMENT ON TYPE mood IS NULL;
