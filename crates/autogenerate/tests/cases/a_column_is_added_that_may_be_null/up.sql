ALTER TABLE items ADD COLUMN sku text;
COMMENT ON COLUMN items.sku IS 'Stock keeping unit';
