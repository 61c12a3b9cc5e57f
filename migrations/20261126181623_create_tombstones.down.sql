-- revision: 20261126181623 (1 of 1): create tombstones
-- Generated from the models and proven in both directions. Review before applying.

-- hazards in this file: deletes-data

-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: no
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of the request: method, path and query, media type, body.';

-- hazards: deletes-data
-- locks: AccessExclusive on tombstones; rewrites: no; scans: no
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.tombstones AS TABLE tombstones;
DROP TABLE tombstones;
