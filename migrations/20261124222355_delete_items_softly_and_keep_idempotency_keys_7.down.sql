-- no-transaction
-- revision: 20261124222349 (7 of 9): delete items softly and keep idempotency keys
-- Made from the models, and proven up and down. Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
DROP INDEX CONCURRENTLY items_deleted_newest_idx;
