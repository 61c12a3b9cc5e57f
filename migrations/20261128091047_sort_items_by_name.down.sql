-- no-transaction
-- revision: 20261128091047 (1 of 2): sort items by name
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
DROP INDEX CONCURRENTLY items_by_name_idx;
