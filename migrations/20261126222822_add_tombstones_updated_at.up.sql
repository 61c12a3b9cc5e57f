-- revision: 20261126222822 (1 of 1): add tombstones.updated_at
-- Generated from the models and proven in both directions. Review before applying.

-- locks: AccessExclusive on tombstones; rewrites: no; scans: no
ALTER TABLE tombstones ADD COLUMN updated_at timestamp with time zone DEFAULT now() NOT NULL;

-- locks: ShareUpdateExclusive on tombstones; rewrites: no; scans: no
COMMENT ON COLUMN tombstones.updated_at IS 'When it was last changed, so that the times of an id never go back.';
