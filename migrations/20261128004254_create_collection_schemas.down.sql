-- revision: 20261128004254 (1 of 3): create collection schemas
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards in this file: deletes-data

-- locks: AccessExclusive on collection_schemas, AccessExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections DROP CONSTRAINT collections_schema_id_fkey;

-- hazards: deletes-data
-- locks: AccessExclusive on collections; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collections_schema_id AS SELECT id, schema_id FROM collections;
ALTER TABLE collections DROP COLUMN schema_id;

-- hazards: deletes-data
-- locks: AccessExclusive on collection_schemas, AccessExclusive on collections; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.collection_schemas AS TABLE collection_schemas;
DROP TABLE collection_schemas;
