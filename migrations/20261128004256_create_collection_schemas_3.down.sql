-- revision: 20261128004254 (3 of 3): create collection schemas
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: AccessExclusive on collection_schemas, AccessExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections DROP CONSTRAINT collections_schema_id_fkey;

-- locks: ShareRowExclusive on collection_schemas, ShareRowExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections
    ADD CONSTRAINT collections_schema_id_fkey FOREIGN KEY (schema_id) REFERENCES collection_schemas(id) NOT VALID;
