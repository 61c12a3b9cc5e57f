CREATE TABLE archive.b PARTITION OF public.shapes FOR VALUES IN (3);
ALTER TABLE public.shapes ALTER COLUMN kind SET DEFAULT 2;
ALTER TABLE archive.b ALTER COLUMN kind SET DEFAULT 9;
ALTER TABLE archive.shapes_1 ALTER COLUMN kind SET DEFAULT 7;
ALTER TABLE public.a ALTER COLUMN kind SET DEFAULT 8;
ALTER TABLE public.shapes ALTER COLUMN name DROP NOT NULL;
ALTER TABLE archive.b ALTER COLUMN name SET NOT NULL;
--- a new file
-- slot in portions: populate public.a.name
--   count: SELECT count(*) FROM public.a WHERE name IS NULL
--   template: UPDATE public.a SET name = … WHERE name IS NULL;
ALTER TABLE public.a ADD CONSTRAINT a_name_is_set CHECK (name IS NOT NULL) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE public.a VALIDATE CONSTRAINT a_name_is_set;
ALTER TABLE public.a ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.a DROP CONSTRAINT a_name_is_set;
