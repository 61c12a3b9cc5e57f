CREATE SEQUENCE others;
ALTER TABLE items ALTER COLUMN id SET DEFAULT nextval('others'::regclass);
ALTER TABLE items ALTER COLUMN number SET DEFAULT nextval('numbers'::regclass);
