-- revision: 20261128175647 (1 of 1): create api keys
-- Generated from the models and proven in both directions. Review before applying.

CREATE TABLE api_keys (
    id uuid NOT NULL,
    key_id character varying(8) NOT NULL,
    hash bytea NOT NULL,
    previous_hash bytea,
    previous_until timestamp with time zone,
    name character varying(200) NOT NULL,
    grants text[] NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_key_id_key UNIQUE (key_id),
    CONSTRAINT api_keys_grants_check CHECK (((cardinality(grants) >= 1) AND (cardinality(grants) <= 64))),
    CONSTRAINT api_keys_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT api_keys_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200))),
    CONSTRAINT api_keys_previous_hash_check CHECK ((octet_length(previous_hash) = 32)),
    CONSTRAINT api_keys_version_check CHECK ((version >= 1))
);

COMMENT ON TABLE api_keys IS 'A key with which a client makes requests.';

COMMENT ON COLUMN api_keys.id IS 'UUID version 7 (RFC 9562).';

COMMENT ON COLUMN api_keys.key_id IS 'What clients and the log know it by: the first part of its text.';

COMMENT ON COLUMN api_keys.hash IS 'SHA-256 of the secret.';

COMMENT ON COLUMN api_keys.previous_hash IS 'SHA-256 of the secret before the last rotation; null if it is not valid any more.';

COMMENT ON COLUMN api_keys.previous_until IS 'Until when the previous secret is valid.';

COMMENT ON COLUMN api_keys.name IS 'What people call it: 1 to 200 characters after trimming, no control characters.';

COMMENT ON COLUMN api_keys.grants IS 'What its actor may do: texts such as `write:acme.*`.';

COMMENT ON COLUMN api_keys.expires_at IS 'When it expires; null for never.';

COMMENT ON COLUMN api_keys.last_used_at IS 'When it was last used, to the minute; written in the background.';

COMMENT ON COLUMN api_keys.revoked_at IS 'When it was revoked; null while it is not.';

COMMENT ON COLUMN api_keys.version IS '1 at creation, incremented by every change but that of its last use: the entity tag.';

COMMENT ON COLUMN api_keys.created_at IS 'When the row was inserted, by the database''s clock.';

COMMENT ON COLUMN api_keys.updated_at IS 'When the row was last changed, except for its last use, by the database''s clock.';

CREATE INDEX api_keys_newest_idx ON api_keys USING btree (created_at DESC, id DESC);
