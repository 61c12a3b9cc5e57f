-- no-transaction
-- revision: 20261127172534 (1 of 1): index attributes
-- Generated from the models and proven in both directions. Review before applying.

-- hazards: builds-index
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
CREATE INDEX CONCURRENTLY items_attributes_idx ON items
    USING gin (attributes jsonb_path_ops) WITH (fastupdate=off);
