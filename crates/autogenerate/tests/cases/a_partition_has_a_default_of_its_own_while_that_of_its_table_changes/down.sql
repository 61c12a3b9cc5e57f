--- reverts file 3 of 3
ALTER TABLE public.a ALTER COLUMN name DROP NOT NULL;
ALTER TABLE public.a
    ADD CONSTRAINT a_name_is_set CHECK ((name IS NOT NULL)) NOT VALID;
--- reverts file 2 of 3
ALTER TABLE public.a DROP CONSTRAINT a_name_is_set;
--- reverts file 1 of 3
ALTER TABLE public.shapes ALTER COLUMN kind SET DEFAULT 1;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: populate public.shapes.name
--   count: SELECT count(*) FROM public.shapes WHERE name IS NULL
--   template: UPDATE public.shapes SET name = … WHERE name IS NULL;
ALTER TABLE public.shapes ALTER COLUMN name SET NOT NULL;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.b AS TABLE archive.b;
DROP TABLE archive.b;
