-- revision: 20261125074811 (4 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- hazards in this file: deletes-data

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ALTER COLUMN answer SET NOT NULL;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_answer_is_set;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_fingerprint_check;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_id_check;

-- hazards: deletes-data
-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.idempotency_keys_body AS SELECT id, body FROM idempotency_keys;
ALTER TABLE idempotency_keys DROP COLUMN body;

-- hazards: deletes-data
-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.idempotency_keys_fields AS SELECT id, fields FROM idempotency_keys;
ALTER TABLE idempotency_keys DROP COLUMN fields;

-- hazards: deletes-data
-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.idempotency_keys_status AS SELECT id, status FROM idempotency_keys;
ALTER TABLE idempotency_keys DROP COLUMN status;
