-- revision: 20261127060159 (1 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards in this file: deletes-data

-- locks: AccessExclusive on collections, AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP CONSTRAINT items_collection_fkey;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP CONSTRAINT items_schema_version_check;

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_collection AS SELECT id, collection FROM items;
ALTER TABLE items DROP COLUMN collection;

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_schema_version AS SELECT id, schema_version FROM items;
ALTER TABLE items DROP COLUMN schema_version;
