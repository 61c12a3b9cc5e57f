-- revision: 20261125074811 (1 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- hazards in this file: deletes-data

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ALTER COLUMN body SET NOT NULL;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_body_is_set;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ALTER COLUMN fields SET NOT NULL;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_fields_is_set;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ALTER COLUMN status SET NOT NULL;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_status_is_set;

-- hazards: deletes-data
-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.idempotency_keys_answer AS SELECT id, answer FROM idempotency_keys;
ALTER TABLE idempotency_keys DROP COLUMN answer;
