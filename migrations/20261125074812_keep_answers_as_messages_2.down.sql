-- revision: 20261125074811 (2 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- hazards in this file: may-fail-on-data

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: idempotency_keys
ALTER TABLE idempotency_keys VALIDATE CONSTRAINT idempotency_keys_body_is_set;

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: idempotency_keys
ALTER TABLE idempotency_keys VALIDATE CONSTRAINT idempotency_keys_fields_is_set;

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: idempotency_keys
ALTER TABLE idempotency_keys VALIDATE CONSTRAINT idempotency_keys_fingerprint_check;

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: idempotency_keys
ALTER TABLE idempotency_keys VALIDATE CONSTRAINT idempotency_keys_id_check;

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: idempotency_keys
ALTER TABLE idempotency_keys VALIDATE CONSTRAINT idempotency_keys_status_is_set;
