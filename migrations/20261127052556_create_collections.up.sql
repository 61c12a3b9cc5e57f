-- revision: 20261127052556 (1 of 1): create collections
-- Generated from the models and proven in both directions. Review before applying.

CREATE TABLE collections (
    id uuid NOT NULL,
    key character varying(255) NOT NULL,
    title character varying(200) NOT NULL,
    description character varying(2000) DEFAULT ''::character varying NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collections_pkey PRIMARY KEY (id),
    CONSTRAINT collections_key_key UNIQUE (key),
    CONSTRAINT collections_key_check CHECK (((key)::text ~ E'^[a-z][a-z0-9-]{0,62}(\\.[a-z][a-z0-9-]{0,62}){0,3}$'::text)),
    CONSTRAINT collections_title_check CHECK (((char_length((title)::text) >= 1) AND (char_length((title)::text) <= 200))),
    CONSTRAINT collections_version_check CHECK ((version >= 1))
);

COMMENT ON TABLE collections IS 'What items belong to: their type.';

COMMENT ON COLUMN collections.id IS 'UUID version 8 (RFC 9562), made of the key.';

COMMENT ON COLUMN collections.key IS '1 to 4 labels, joined by dots; never changed.';

COMMENT ON COLUMN collections.title IS 'What people call it: 1 to 200 characters after trimming, no control characters.';

COMMENT ON COLUMN collections.description IS 'What its items are, at most 2000 characters.';

COMMENT ON COLUMN collections.version IS '1 at creation, incremented by every change: the entity tag.';

COMMENT ON COLUMN collections.created_at IS 'When the row was inserted, by the database''s clock.';

COMMENT ON COLUMN collections.updated_at IS 'When the row was last changed, by the database''s clock.';

CREATE INDEX collections_newest_idx ON collections USING btree (created_at DESC, id DESC);

-- The collection of items that name none. The id is made of the key, as that of every collection.
INSERT INTO collections (id, key, title, description)
VALUES ('37a8eec1-ce19-887d-932f-e29051dca629', 'default', 'Default', 'Items that name no collection.');
