-- revision: 20261128214248 (1 of 1): add actors of items and collections
-- Generated from the models and proven in both directions. Review before applying.

-- hazards in this file: deletes-data

-- hazards: deletes-data
-- locks: AccessExclusive on collections; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collections_created_by AS SELECT id, created_by FROM collections;
ALTER TABLE collections DROP COLUMN created_by;

-- hazards: deletes-data
-- locks: AccessExclusive on collections; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collections_updated_by AS SELECT id, updated_by FROM collections;
ALTER TABLE collections DROP COLUMN updated_by;

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_created_by AS SELECT id, created_by FROM items;
ALTER TABLE items DROP COLUMN created_by;

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_updated_by AS SELECT id, updated_by FROM items;
ALTER TABLE items DROP COLUMN updated_by;
