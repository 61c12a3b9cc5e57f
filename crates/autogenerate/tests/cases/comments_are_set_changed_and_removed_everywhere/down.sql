COMMENT ON COLUMN items.id IS NULL;
COMMENT ON COLUMN items.name IS 'Going';
COMMENT ON CONSTRAINT items_name_check ON items IS NULL;
COMMENT ON CONSTRAINT items_other_fkey ON items IS NULL;
COMMENT ON CONSTRAINT items_pkey ON items IS 'Key';
COMMENT ON INDEX items_name_idx IS 'Going';
COMMENT ON SEQUENCE numbers IS NULL;
COMMENT ON TABLE items IS 'Old';
COMMENT ON TYPE mood IS 'How one feels';
