ALTER SEQUENCE items_id_seq AS bigint;
ALTER TABLE items ALTER COLUMN id DROP DEFAULT;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ALTER COLUMN id SET DATA TYPE bigint;
ALTER TABLE items ALTER COLUMN id SET DEFAULT nextval('items_id_seq'::regclass);
ANALYZE items;
