--- reverts file 6 of 6
ALTER TABLE other.items DROP CONSTRAINT items_item_id_fkey;
ALTER TABLE other.items
    ADD CONSTRAINT items_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id) ON DELETE CASCADE NOT VALID;
--- reverts file 5 of 6
ALTER TABLE public.items ALTER COLUMN name DROP NOT NULL;
ALTER TABLE public.items
    ADD CONSTRAINT items_name_is_set CHECK ((name IS NOT NULL)) NOT VALID;
ALTER TABLE other.items DROP CONSTRAINT items_item_id_fkey;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of other.items that items_item_id_fkey does not allow
--   count: SELECT count(*) FROM other.items WHERE item_id IS NOT NULL
--   count:     AND NOT EXISTS (SELECT FROM public.items AS other WHERE other.id = other.items.item_id)
--   template: UPDATE other.items SET … WHERE item_id IS NOT NULL
--   template:     AND NOT EXISTS (SELECT FROM public.items AS other WHERE other.id = other.items.item_id);
ALTER TABLE other.items
    ADD CONSTRAINT items_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id);
--- reverts file 4 of 6
ALTER TABLE public.items DROP CONSTRAINT items_name_is_set;
--- reverts file 3 of 6
--- alone in a file
DROP INDEX CONCURRENTLY other.items_title_idx;
--- reverts file 2 of 6
--- alone in a file
DROP INDEX CONCURRENTLY public.items_name_idx;
--- reverts file 1 of 6
ALTER TABLE other.items RENAME COLUMN title TO name;
COMMENT ON COLUMN other.items.name IS NULL;
