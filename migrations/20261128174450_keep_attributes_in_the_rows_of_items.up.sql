-- revision: 20261128174450 (1 of 1): keep attributes in the rows of items
-- Generated from the models and proven in both directions. Review before applying.

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
ALTER TABLE items SET (toast_tuple_target=4096);
