-- revision: 20261128004254 (3 of 3): create collection schemas
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on collections; rewrites: no; scans: collections
ALTER TABLE collections VALIDATE CONSTRAINT collections_schema_id_fkey;
