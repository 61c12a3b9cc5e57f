-- no-transaction
-- revision: 20261127060159 (2 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards: builds-index
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
CREATE INDEX CONCURRENTLY items_collection_newest_idx ON items
    USING btree (collection, created_at DESC, id DESC);
