ALTER TABLE items ADD COLUMN a integer;
ALTER TABLE items ADD COLUMN b integer;
ALTER TABLE items ADD COLUMN code character varying(20);
ALTER TABLE items ADD COLUMN first integer;
ALTER TABLE items ADD COLUMN place integer;
ALTER TABLE items ADD COLUMN second integer DEFAULT 1;
ALTER TABLE items ADD COLUMN size integer DEFAULT 3;
ALTER TABLE items
    ADD CONSTRAINT items_code_check CHECK ((((char_length((code)::text) >= 1) AND (char_length((code)::text) <= 9)) OR ((code)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_place_check CHECK ((place > 0)) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_first_fkey FOREIGN KEY (first) REFERENCES shelves(id) NOT VALID;
ALTER TABLE items
    ADD CONSTRAINT items_second_fkey FOREIGN KEY (second) REFERENCES shelves(id) NOT VALID;
--- a new file
-- slot in portions: resolve rows of items that items_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((num_nonnulls(a, b) = 1))
--   template: UPDATE items SET … WHERE NOT ((num_nonnulls(a, b) = 1));
ALTER TABLE items
    ADD CONSTRAINT items_check CHECK ((num_nonnulls(a, b) = 1)) NOT VALID;
--- a new file
-- slot in portions: resolve rows of items that items_size_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT ((size > 0))
--   template: UPDATE items SET … WHERE NOT ((size > 0));
ALTER TABLE items
    ADD CONSTRAINT items_size_check CHECK ((size > 0)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_check;
ALTER TABLE items VALIDATE CONSTRAINT items_code_check;
ALTER TABLE items VALIDATE CONSTRAINT items_first_fkey;
ALTER TABLE items VALIDATE CONSTRAINT items_place_check;
-- hazards: may-fail-on-data
-- slot: resolve rows of items that items_second_fkey does not allow
--   count: SELECT count(*) FROM items WHERE second IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM shelves AS other WHERE other.id = items.second)
--   template: UPDATE items SET … WHERE second IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM shelves AS other WHERE other.id = items.second);
ALTER TABLE items VALIDATE CONSTRAINT items_second_fkey;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_size_check;
