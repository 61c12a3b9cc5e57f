-- no-transaction
-- revision: 20261127172534 (1 of 1): index attributes
-- Generated from the models and proven in both directions. Review before applying.

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
DROP INDEX CONCURRENTLY items_attributes_idx;
