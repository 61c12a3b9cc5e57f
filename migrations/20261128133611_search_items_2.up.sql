-- no-transaction
-- revision: 20261128133610 (2 of 2): search items
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- hazards: builds-index
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
CREATE INDEX CONCURRENTLY items_search_idx ON items
    USING gin (search) WITH (fastupdate='on', gin_pending_list_limit='256');
