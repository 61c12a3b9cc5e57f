LOCK TABLE items;
CREATE SEQUENCE items_id_seq_new AS integer;
SELECT setval('items_id_seq_new'::regclass, nextval(pg_get_serial_sequence('items', 'id')), false);
ALTER TABLE items ALTER COLUMN id DROP IDENTITY;
ALTER SEQUENCE items_id_seq_new RENAME TO items_id_seq;
ALTER SEQUENCE items_id_seq OWNED BY items.id;
ALTER TABLE items ALTER COLUMN id SET DEFAULT nextval('items_id_seq'::regclass);
