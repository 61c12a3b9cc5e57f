-- revision: 20261128130610 (1 of 1): add indexed attributes
-- Generated from the models and proven in both directions. Review before applying.

CREATE TABLE collection_indexes (
    id uuid NOT NULL,
    collection character varying(255),
    path character varying(200) NOT NULL,
    json_path text NOT NULL,
    type character varying(50) NOT NULL,
    ordinal bigint NOT NULL,
    is_ready boolean DEFAULT false NOT NULL,
    awaited text[],
    items bigint DEFAULT 0 NOT NULL,
    reached_created_at timestamp with time zone,
    reached_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collection_indexes_pkey PRIMARY KEY (id),
    CONSTRAINT collection_indexes_collection_path_key UNIQUE (collection, path),
    CONSTRAINT collection_indexes_items_check CHECK ((items >= 0)),
    CONSTRAINT collection_indexes_ordinal_check CHECK ((ordinal >= 1)),
    CONSTRAINT collection_indexes_type_check CHECK (((type)::text = ANY (ARRAY[('number'::character varying)::text, ('string'::character varying)::text, ('boolean'::character varying)::text, ('timestamp'::character varying)::text])))
);

COMMENT ON TABLE collection_indexes IS 'An attribute that the items of a collection can be sorted by.';

COMMENT ON COLUMN collection_indexes.id IS 'UUID version 7 (RFC 9562). An attribute that is indexed again gets another id.';

COMMENT ON COLUMN collection_indexes.collection IS 'The key of the collection; null once the index is removed, until its values are.';

COMMENT ON COLUMN collection_indexes.path IS 'Where in the attributes the value is, as in a filter: labels, joined by dots.';

COMMENT ON COLUMN collection_indexes.json_path IS 'The same path in the language of PostgreSQL.';

COMMENT ON COLUMN collection_indexes.type IS 'The type of the values that have an order.';

COMMENT ON COLUMN collection_indexes.ordinal IS 'The position in the list that the client sent, from 1.';

COMMENT ON COLUMN collection_indexes.is_ready IS 'Whether every item has its value.';

COMMENT ON COLUMN collection_indexes.awaited IS 'The virtual transactions of writers that began before the index was known, or before its removal was; null until they are looked up.';

COMMENT ON COLUMN collection_indexes.items IS 'How many items were indexed.';

COMMENT ON COLUMN collection_indexes.reached_created_at IS 'The creation time of the last item that was indexed; null if none was.';

COMMENT ON COLUMN collection_indexes.reached_id IS 'The id of that item.';

COMMENT ON COLUMN collection_indexes.created_at IS 'When the row was inserted, by the database''s clock.';

CREATE TABLE item_values (
    item_id uuid NOT NULL,
    index_id uuid NOT NULL,
    type character varying(50) NOT NULL,
    number numeric,
    text text COLLATE "C",
    flag boolean,
    instant timestamp with time zone,
    CONSTRAINT item_values_pkey PRIMARY KEY (item_id, index_id),
    CONSTRAINT item_values_type_check CHECK (((type)::text = ANY (ARRAY[('number'::character varying)::text, ('string'::character varying)::text, ('boolean'::character varying)::text, ('timestamp'::character varying)::text])))
);

COMMENT ON TABLE item_values IS 'The value of an indexed attribute of an item, live or deleted. There is a row for each index of a collection and each of its items.';

COMMENT ON COLUMN item_values.item_id IS 'The item. No foreign key, which would cost as much as the row: the statement that removes an item removes its values.';

COMMENT ON COLUMN item_values.index_id IS 'The index.';

COMMENT ON COLUMN item_values.type IS 'That of the index.';

COMMENT ON COLUMN item_values.number IS 'The value if it is a number, rounded so that it fits into an index.';

COMMENT ON COLUMN item_values.text IS 'How the value begins if it is a string.';

COMMENT ON COLUMN item_values.flag IS 'The value if it is true or false.';

COMMENT ON COLUMN item_values.instant IS 'The value if it is a timestamp.';

-- locks: ShareRowExclusive on collections; rewrites: no; scans: no
ALTER TABLE collection_indexes
    ADD CONSTRAINT collection_indexes_collection_fkey FOREIGN KEY (collection) REFERENCES collections(key) ON DELETE SET NULL;

CREATE INDEX item_values_flag_idx ON item_values
    USING btree (index_id, flag, item_id) WHERE ((type)::text = 'boolean'::text);

CREATE INDEX item_values_instant_idx ON item_values
    USING btree (index_id, instant, item_id) WHERE ((type)::text = 'timestamp'::text);

CREATE INDEX item_values_number_idx ON item_values
    USING btree (index_id, number, item_id) WHERE ((type)::text = 'number'::text);

CREATE INDEX item_values_text_idx ON item_values
    USING btree (index_id, text, item_id) WHERE ((type)::text = 'string'::text);
