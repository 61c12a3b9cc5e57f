ALTER TABLE items ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE items_id_seq AS integer;
ALTER SEQUENCE items_id_seq OWNED BY items.id;
ALTER TABLE items ALTER COLUMN id SET DEFAULT nextval('items_id_seq'::regclass);
SELECT setval('items_id_seq'::regclass, max(id)) FROM items HAVING max(id) >= 1;
