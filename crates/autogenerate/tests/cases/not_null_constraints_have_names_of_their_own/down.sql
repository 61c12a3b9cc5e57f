--- reverts file 3 of 3
ALTER TABLE public.items ALTER COLUMN size DROP NOT NULL;
ALTER TABLE public.items
    ADD CONSTRAINT items_size_is_set CHECK ((size IS NOT NULL)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE public.items DROP CONSTRAINT items_size_is_set;
--- reverts file 1 of 3
ALTER TABLE public.items RENAME CONSTRAINT items_numbered TO items_named;
ALTER TABLE public.items RENAME CONSTRAINT items_id_not_null TO items_numbered;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.others AS TABLE public.others;
DROP TABLE public.others;
