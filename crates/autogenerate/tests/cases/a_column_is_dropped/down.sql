ALTER TABLE items ADD COLUMN note text DEFAULT ''::text NOT NULL;
ALTER TABLE items ADD COLUMN sku text;
