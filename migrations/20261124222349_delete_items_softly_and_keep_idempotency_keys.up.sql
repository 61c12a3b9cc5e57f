-- revision: 20261124222349 (1 of 9): delete items softly and keep idempotency keys
-- Made from the models, and proven up and down. Review it before it is applied.
-- The files of a revision are applied and reverted together.

CREATE TABLE idempotency_keys (
    id bytea NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    fields text[] NOT NULL,
    body bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id),
    CONSTRAINT idempotency_keys_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT idempotency_keys_id_check CHECK ((octet_length(id) = 32))
);

COMMENT ON TABLE idempotency_keys IS 'The answer to a request that had an `Idempotency-Key`, for whoever sends it again within a day.';

COMMENT ON COLUMN idempotency_keys.id IS 'SHA-256 of whose key it is, and the key.';

COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of the request: method, path and query, media type, body.';

COMMENT ON COLUMN idempotency_keys.status IS 'The status of the answer.';

COMMENT ON COLUMN idempotency_keys.fields IS 'The header fields of the answer, each as `name: value`.';

COMMENT ON COLUMN idempotency_keys.body IS 'The body of the answer.';

COMMENT ON COLUMN idempotency_keys.created_at IS 'When the request was carried out, by the database''s clock.';

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ADD COLUMN deleted_at timestamp with time zone;

-- locks: ShareUpdateExclusive on items; rewrites: no; scans: no
COMMENT ON COLUMN items.deleted_at IS 'When the item was deleted, which can be undone; null while it lives.';

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys USING brin (created_at);
