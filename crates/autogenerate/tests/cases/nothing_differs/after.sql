CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE SEQUENCE items_id_seq AS integer;
CREATE TABLE items (
    name text,
    id int4 DEFAULT nextval('items_id_seq'::regclass) NOT NULL,
    mood mood DEFAULT 'ok'::mood NOT NULL,
    CONSTRAINT items_name_check CHECK (name = ANY (ARRAY['a'::text, 'b'::text])),
    CONSTRAINT items_pkey PRIMARY KEY (id)
);
ALTER SEQUENCE items_id_seq OWNED BY items.id;
CREATE INDEX items_lower_idx ON items USING btree (lower((name)) ASC NULLS LAST) WHERE ((mood = 'ok'::mood));
