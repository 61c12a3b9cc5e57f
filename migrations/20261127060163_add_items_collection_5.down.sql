-- revision: 20261127060159 (5 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ALTER COLUMN collection DROP NOT NULL;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items
    ADD CONSTRAINT items_collection_is_set CHECK ((collection IS NOT NULL)) NOT VALID;

-- locks: AccessExclusive on collections, AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP CONSTRAINT items_collection_fkey;

-- locks: ShareRowExclusive on collections, ShareRowExclusive on items; rewrites: no; scans: no
ALTER TABLE items
    ADD CONSTRAINT items_collection_fkey FOREIGN KEY (collection) REFERENCES collections(key) NOT VALID;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items DROP CONSTRAINT items_schema_version_check;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items
    ADD CONSTRAINT items_schema_version_check CHECK ((schema_version >= 1)) NOT VALID;
