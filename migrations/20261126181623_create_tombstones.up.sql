-- revision: 20261126181623 (1 of 1): create tombstones
-- Generated from the models and proven in both directions. Review before applying.

CREATE TABLE tombstones (
    id uuid NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT tombstones_pkey PRIMARY KEY (id),
    CONSTRAINT tombstones_version_check CHECK ((version >= 1))
);

COMMENT ON TABLE tombstones IS 'What a purge leaves behind, so that the versions of an id never repeat.';

COMMENT ON COLUMN tombstones.id IS 'The id of the purged entity.';

COMMENT ON COLUMN tombstones.version IS 'The last version that it had.';

-- locks: ShareUpdateExclusive on idempotency_keys; rewrites: no; scans: no
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of the request: method, path and query, media type, body, preconditions.';
