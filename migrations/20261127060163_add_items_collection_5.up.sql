-- revision: 20261127060159 (5 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards in this file: may-fail-on-data

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on items, RowShare on collections; rewrites: no; scans: collections, items
ALTER TABLE items VALIDATE CONSTRAINT items_collection_fkey;

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
ALTER TABLE items VALIDATE CONSTRAINT items_collection_is_set;

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
ALTER TABLE items VALIDATE CONSTRAINT items_schema_version_check;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ALTER COLUMN collection SET NOT NULL;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP CONSTRAINT items_collection_is_set;
