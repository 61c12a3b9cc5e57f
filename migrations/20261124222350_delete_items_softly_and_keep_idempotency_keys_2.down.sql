-- no-transaction
-- revision: 20261124222349 (2 of 9): delete items softly and keep idempotency keys
-- Made from the models, and proven up and down. Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- hazards: builds-index
-- locks: ShareUpdateExclusive on items; rewrites: no; scans: items
CREATE INDEX CONCURRENTLY items_status_newest_idx ON items
    USING btree (status, created_at DESC, id DESC);
