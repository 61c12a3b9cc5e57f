CREATE TABLE service_keys (
    name varchar(50) NOT NULL,
    key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT service_keys_pkey PRIMARY KEY (name),
    CONSTRAINT service_keys_key_check CHECK (octet_length(key) = 32)
);

COMMENT ON TABLE service_keys IS 'Keys that all replicas share, made at the first start that needs them.';
