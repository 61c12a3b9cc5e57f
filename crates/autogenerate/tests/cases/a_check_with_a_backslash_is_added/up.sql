CREATE TABLE paths (
    path text
) PARTITION BY LIST (path);
CREATE TABLE paths_1 PARTITION OF paths FOR VALUES IN (E'a\\b');
ALTER TABLE items ALTER COLUMN code SET DEFAULT E'it''s \\'::text;
--- a new file
-- slot in portions: resolve rows of items that items_code_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((code ~ E'^\\d+$'::text))
--   template: UPDATE items SET … WHERE NOT ((code ~ E'^\\d+$'::text));
ALTER TABLE items
    ADD CONSTRAINT items_code_check CHECK ((code ~ E'^\\d+$'::text)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_code_check;
