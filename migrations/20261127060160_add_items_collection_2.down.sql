-- no-transaction
-- revision: 20261127060159 (2 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
DROP INDEX CONCURRENTLY items_collection_newest_idx;
