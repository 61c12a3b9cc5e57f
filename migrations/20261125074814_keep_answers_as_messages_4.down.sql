-- revision: 20261125074811 (4 of 4): keep answers as messages
-- Made from the models, and proven up and down (without rows in idempotency_keys). Review it before it is applied.
-- The files of a revision are applied and reverted together.

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ADD COLUMN body bytea;

-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: no
COMMENT ON COLUMN idempotency_keys.body IS 'The body of the answer.';

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ADD COLUMN fields text[];

-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: no
COMMENT ON COLUMN idempotency_keys.fields IS 'The header fields of the answer, each as `name: value`.';

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys ADD COLUMN status smallint;

-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: no
COMMENT ON COLUMN idempotency_keys.status IS 'The status of the answer.';

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys
    ADD CONSTRAINT idempotency_keys_fingerprint_check CHECK ((octet_length(fingerprint) = 32)) NOT VALID;

-- locks: AccessExclusive on idempotency_keys; rewrites: no; scans: no
ALTER TABLE idempotency_keys
    ADD CONSTRAINT idempotency_keys_id_check CHECK ((octet_length(id) = 32)) NOT VALID;
