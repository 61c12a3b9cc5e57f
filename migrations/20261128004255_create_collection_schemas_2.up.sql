-- no-transaction
-- revision: 20261128004254 (2 of 3): create collection schemas
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards: builds-index
-- locks: ShareUpdateExclusive on collections; rewrites: no; scans: collections
CREATE INDEX CONCURRENTLY collections_schema_id_idx ON collections USING btree (schema_id);
