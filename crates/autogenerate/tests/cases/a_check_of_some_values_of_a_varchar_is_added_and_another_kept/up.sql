ALTER TABLE items ALTER COLUMN colour SET DEFAULT 'red'::character varying;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_id_idx ON items
    USING btree (id) WHERE ((colour)::text = ANY (ARRAY[('red'::character varying)::text, ('blue'::character varying)::text]));
--- a new file
-- slot in portions: populate items.colour
--   count: SELECT count(*) FROM items WHERE colour IS NULL
--   template: UPDATE items SET colour = … WHERE colour IS NULL;
ALTER TABLE items ADD CONSTRAINT items_colour_is_set CHECK (colour IS NOT NULL) NOT VALID;
--- a new file
-- slot in portions: resolve rows of items that items_colour_check does not allow
--   count: SELECT count(*) FROM items WHERE NOT (((colour)::text = ANY (ARRAY[('red'::character varying)::text, ('green'::character varying)::text])))
--   template: UPDATE items SET … WHERE NOT (((colour)::text = ANY (ARRAY[('red'::character varying)::text, ('green'::character varying)::text])));
ALTER TABLE items
    ADD CONSTRAINT items_colour_check CHECK (((colour)::text = ANY (ARRAY[('red'::character varying)::text, ('green'::character varying)::text]))) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_colour_check;
-- hazards: may-fail-on-data
ALTER TABLE items VALIDATE CONSTRAINT items_colour_is_set;
ALTER TABLE items ALTER COLUMN colour SET NOT NULL;
ALTER TABLE items DROP CONSTRAINT items_colour_is_set;
