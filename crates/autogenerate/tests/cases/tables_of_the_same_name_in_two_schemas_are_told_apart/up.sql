ALTER TABLE other.items RENAME COLUMN name TO title;
COMMENT ON COLUMN other.items.title IS 'There';
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON public.items USING btree (name);
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_title_idx ON other.items USING btree (title);
--- a new file
-- slot in portions: populate public.items.name
--   count: SELECT count(*) FROM public.items WHERE name IS NULL
--   template: UPDATE public.items SET name = … WHERE name IS NULL;
ALTER TABLE public.items ADD CONSTRAINT items_name_is_set CHECK (name IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE public.items VALIDATE CONSTRAINT items_name_is_set;
ALTER TABLE public.items ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.items DROP CONSTRAINT items_name_is_set;
ALTER TABLE other.items DROP CONSTRAINT items_item_id_fkey;
ALTER TABLE other.items
    ADD CONSTRAINT items_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id) ON DELETE CASCADE NOT VALID;
--- a new file
ALTER TABLE other.items VALIDATE CONSTRAINT items_item_id_fkey;
