CREATE TABLE items (
    id uuid NOT NULL,
    name varchar(200) NOT NULL,
    status varchar(50) NOT NULL DEFAULT 'draft',
    attributes jsonb NOT NULL DEFAULT '{}',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT items_pkey PRIMARY KEY (id),
    CONSTRAINT items_name_check CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT items_status_check CHECK (status IN ('draft', 'active', 'archived')),
    CONSTRAINT items_attributes_check CHECK (jsonb_typeof(attributes) = 'object'),
    CONSTRAINT items_version_check CHECK (version >= 1)
);

COMMENT ON TABLE items IS 'A thing worth keeping track of.';
COMMENT ON COLUMN items.id IS 'UUID version 7 (RFC 9562), so that ids sort by the time they were made.';
COMMENT ON COLUMN items.name IS '1 to 200 characters after trimming, no control characters.';
COMMENT ON COLUMN items.status IS 'draft, active or archived.';
COMMENT ON COLUMN items.attributes IS 'A JSON object of the client''s own, at most 64 KiB as text and 32 levels deep.';
COMMENT ON COLUMN items.version IS '1 at creation, one more at every change: the entity tag.';

CREATE INDEX items_newest_idx ON items (created_at DESC, id DESC);
CREATE INDEX items_status_newest_idx ON items (status, created_at DESC, id DESC);
CREATE INDEX items_name_idx ON items (name varchar_pattern_ops);
