ALTER TABLE public.items RENAME CONSTRAINT items_numbered TO items_id_not_null;
ALTER TABLE public.items RENAME CONSTRAINT items_named TO items_numbered;
CREATE TABLE public.others (
    id integer CONSTRAINT others_numbered NOT NULL
);
--- a new file
-- slot in portions: populate public.items.size
--   count: SELECT count(*) FROM public.items WHERE size IS NULL
--   template: UPDATE public.items SET size = … WHERE size IS NULL;
ALTER TABLE public.items ADD CONSTRAINT items_size_is_set CHECK (size IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE public.items VALIDATE CONSTRAINT items_size_is_set;
ALTER TABLE public.items ADD CONSTRAINT items_sized NOT NULL size;
ALTER TABLE public.items DROP CONSTRAINT items_size_is_set;
