-- revision: 20261128214248 (1 of 1): add actors of items and collections
-- Generated from the models and proven in both directions. Review before applying.

-- locks: AccessExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections ADD COLUMN created_by character varying(200);

-- locks: ShareUpdateExclusive on collections; rewrites: no; scans: no
COMMENT ON COLUMN collections.created_by IS 'The actor that created the collection; null if it was not authenticated.';

-- locks: AccessExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections ADD COLUMN updated_by character varying(200);

-- locks: ShareUpdateExclusive on collections; rewrites: no; scans: no
COMMENT ON COLUMN collections.updated_by IS 'The actor that last changed the collection, as `created_by`.';

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ADD COLUMN created_by character varying(200);

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
COMMENT ON COLUMN items.created_by IS 'The actor that created the item; null if it was not authenticated.';

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ADD COLUMN updated_by character varying(200);

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
COMMENT ON COLUMN items.updated_by IS 'The actor that last changed the item, as `created_by`.';
