-- revision: 20261126222822 (1 of 1): add tombstones.updated_at
-- Generated from the models and proven in both directions. Review before applying.

-- hazards: deletes-data
-- locks: AccessExclusive on tombstones; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.tombstones_updated_at AS SELECT id, updated_at FROM tombstones;
ALTER TABLE tombstones DROP COLUMN updated_at;
