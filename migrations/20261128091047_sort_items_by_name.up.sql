-- no-transaction
-- revision: 20261128091047 (1 of 2): sort items by name
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards: builds-index
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
CREATE INDEX CONCURRENTLY items_by_name_idx ON items USING btree (name COLLATE "C", id);
