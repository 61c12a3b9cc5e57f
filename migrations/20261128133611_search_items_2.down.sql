-- no-transaction
-- revision: 20261128133610 (2 of 2): search items
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
DROP INDEX CONCURRENTLY items_search_idx;
