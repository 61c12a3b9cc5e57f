ALTER TABLE public.shapes ALTER COLUMN kind SET DEFAULT 1;
--- a new file
-- slot: populate public.shapes.name
--   count: SELECT count(*) FROM public.shapes WHERE name IS NULL
--   template: -- update a large table in batches, by ranges of its key
--   template: UPDATE public.shapes SET name = … WHERE name IS NULL;
ALTER TABLE public.shapes ADD CONSTRAINT shapes_name_is_set CHECK (name IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE public.shapes VALIDATE CONSTRAINT shapes_name_is_set;
--- a new file
ALTER TABLE public.shapes ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.shapes DROP CONSTRAINT shapes_name_is_set;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.b AS TABLE archive.b;
DROP TABLE archive.b;
