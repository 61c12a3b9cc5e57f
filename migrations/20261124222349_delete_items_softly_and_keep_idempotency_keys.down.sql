-- revision: 20261124222349 (1 of 9): delete items softly and keep idempotency keys
-- Made from the models, and proven up and down. Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- hazards in this file: deletes-data

-- hazards: deletes-data
-- locks: AccessExclusive on items; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.items_deleted_at AS SELECT id, deleted_at FROM items;
ALTER TABLE items DROP COLUMN deleted_at;

-- hazards: deletes-data
-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.idempotency_keys AS TABLE idempotency_keys;
DROP TABLE idempotency_keys;
