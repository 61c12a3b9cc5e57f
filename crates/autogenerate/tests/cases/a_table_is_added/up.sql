CREATE TABLE items (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    collection_id uuid NOT NULL,
    name character varying(200) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT items_pkey PRIMARY KEY (id),
    CONSTRAINT items_collection_id_name_key UNIQUE (collection_id, name),
    CONSTRAINT items_name_check CHECK ((char_length((name)::text) > 0))
);
COMMENT ON TABLE items IS 'Things worth keeping track of.';
COMMENT ON COLUMN items.name IS 'What it''s called.';
ALTER TABLE items
    ADD CONSTRAINT items_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE;
CREATE INDEX items_newest_idx ON items USING btree (created_at DESC);
