ALTER TABLE other.items RENAME COLUMN title TO name;
ALTER TABLE public.items ALTER COLUMN name DROP NOT NULL;
COMMENT ON COLUMN other.items.name IS NULL;
--- alone in a file
DROP INDEX CONCURRENTLY other.items_title_idx;
--- alone in a file
DROP INDEX CONCURRENTLY public.items_name_idx;
--- a new file
ALTER TABLE other.items DROP CONSTRAINT items_item_id_fkey;
ALTER TABLE other.items
    ADD CONSTRAINT items_item_id_fkey FOREIGN KEY (item_id) REFERENCES public.items(id) NOT VALID;
--- a new file
ALTER TABLE other.items VALIDATE CONSTRAINT items_item_id_fkey;
