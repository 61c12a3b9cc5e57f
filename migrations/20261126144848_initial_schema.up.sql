-- revision: 20261126144848 (1 of 1): initial schema
-- Generated from the models and proven in both directions. Review before applying.

CREATE TABLE idempotency_keys (
    id bytea NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE idempotency_keys IS 'The response to a request with an `Idempotency-Key`, replayed to retries within 24 hours.';

COMMENT ON COLUMN idempotency_keys.id IS 'SHA-256 of the actor and the key.';

COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of the request: method, path and query, media type, body.';

COMMENT ON COLUMN idempotency_keys.response IS 'The response as an HTTP/1.1 message (RFC 9112 §2.1).';

COMMENT ON COLUMN idempotency_keys.created_at IS 'When the request was carried out, by the database''s clock.';

CREATE TABLE items (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    status character varying(50) DEFAULT 'draft'::character varying NOT NULL,
    attributes jsonb DEFAULT '{}'::jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT items_pkey PRIMARY KEY (id),
    CONSTRAINT items_attributes_check CHECK ((jsonb_typeof(attributes) = 'object'::text)),
    CONSTRAINT items_name_check CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200))),
    CONSTRAINT items_status_check CHECK (((status)::text = ANY (ARRAY[('draft'::character varying)::text, ('active'::character varying)::text, ('archived'::character varying)::text]))),
    CONSTRAINT items_version_check CHECK ((version >= 1))
);

COMMENT ON TABLE items IS 'A thing worth keeping track of.';

COMMENT ON COLUMN items.id IS 'UUID version 7 (RFC 9562), so that ids sort by creation time.';

COMMENT ON COLUMN items.name IS '1 to 200 characters after trimming, no control characters.';

COMMENT ON COLUMN items.status IS 'The stage of the item''s life.';

COMMENT ON COLUMN items.attributes IS 'A JSON object that the client defines, at most 64 KiB as compact JSON and 32 levels deep.';

COMMENT ON COLUMN items.version IS '1 at creation, incremented by every change: the entity tag.';

COMMENT ON COLUMN items.created_at IS 'When the row was inserted, by the database''s clock.';

COMMENT ON COLUMN items.updated_at IS 'When the row was last changed, by the database''s clock.';

COMMENT ON COLUMN items.deleted_at IS 'When the item was deleted; null while it is live. A deleted item can be restored.';

CREATE TABLE service_keys (
    name character varying(50) NOT NULL,
    key bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT service_keys_pkey PRIMARY KEY (name),
    CONSTRAINT service_keys_key_check CHECK ((octet_length(key) = 32))
);

COMMENT ON TABLE service_keys IS 'A key that all replicas share, created by the first start that needs it.';

COMMENT ON COLUMN service_keys.name IS 'What it is for, such as `cursor`.';

COMMENT ON COLUMN service_keys.key IS '32 random bytes.';

COMMENT ON COLUMN service_keys.created_at IS 'When the row was inserted, by the database''s clock.';

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys USING brin (created_at);

CREATE INDEX items_deleted_newest_idx ON items
    USING btree (created_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);

CREATE INDEX items_deleted_status_newest_idx ON items
    USING btree (status, created_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);

CREATE INDEX items_name_idx ON items USING btree (name varchar_pattern_ops);

CREATE INDEX items_newest_idx ON items
    USING btree (created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX items_status_newest_idx ON items
    USING btree (status, created_at DESC, id DESC) WHERE (deleted_at IS NULL);
