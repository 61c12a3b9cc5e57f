-- revision: 20261125074811 (3 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- hazards: may-fail-on-data
-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: idempotency_keys
ALTER TABLE idempotency_keys VALIDATE CONSTRAINT idempotency_keys_answer_is_set;
