-- revision: 20261128004254 (1 of 3): create collection schemas
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

CREATE TABLE collection_schemas (
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    version integer NOT NULL,
    schema jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collection_schemas_pkey PRIMARY KEY (id),
    CONSTRAINT collection_schemas_collection_id_version_key UNIQUE (collection_id, version),
    CONSTRAINT collection_schemas_schema_check CHECK ((jsonb_typeof(schema) = ANY (ARRAY['object'::text, 'boolean'::text]))),
    CONSTRAINT collection_schemas_version_check CHECK ((version >= 1))
);

COMMENT ON TABLE collection_schemas IS 'A schema that a collection has or had. It never changes, and goes with its collection.';

COMMENT ON COLUMN collection_schemas.id IS 'UUID version 7 (RFC 9562).';

COMMENT ON COLUMN collection_schemas.collection_id IS 'The collection.';

COMMENT ON COLUMN collection_schemas.version IS 'Greater than that of every schema that a collection of this key had before.';

COMMENT ON COLUMN collection_schemas.schema IS 'A JSON Schema 2020-12, at most 64 KiB as compact JSON.';

COMMENT ON COLUMN collection_schemas.created_at IS 'When the row was inserted, by the database''s clock.';

-- locks: AccessExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections ADD COLUMN schema_id uuid;

-- locks: ShareUpdateExclusive on collections; rewrites: no; scans: no
COMMENT ON COLUMN collections.schema_id IS 'The schema of its items'' attributes; null if there is none.';

-- locks: ShareRowExclusive on collections; rewrites: no; scans: no
ALTER TABLE collection_schemas
    ADD CONSTRAINT collection_schemas_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE;

-- locks: ShareRowExclusive on collections; rewrites: no; scans: no
ALTER TABLE collections
    ADD CONSTRAINT collections_schema_id_fkey FOREIGN KEY (schema_id) REFERENCES collection_schemas(id) NOT VALID;
