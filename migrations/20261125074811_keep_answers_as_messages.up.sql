-- revision: 20261125074811 (1 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ADD COLUMN answer bytea;

-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: no
COMMENT ON COLUMN idempotency_keys.answer IS 'The answer as an HTTP/1.1 message (RFC 9112 §2.1).';
