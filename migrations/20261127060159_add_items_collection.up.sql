-- revision: 20261127060159 (1 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ADD COLUMN collection character varying(255);

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
COMMENT ON COLUMN items.collection IS 'The key of the collection that it belongs to; never changed.';

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ADD COLUMN schema_version integer;

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
COMMENT ON COLUMN items.schema_version IS 'The version of the collection''s schema that the item satisfied when it was written; null if there was no schema.';

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items
    ADD CONSTRAINT items_schema_version_check CHECK ((schema_version >= 1)) NOT VALID;

-- locks: ShareRowExclusive on collections, ShareRowExclusive on items; rewrites: no; scans: no
ALTER TABLE items
    ADD CONSTRAINT items_collection_fkey FOREIGN KEY (collection) REFERENCES collections(key) NOT VALID;
