ALTER TABLE public.items SET SCHEMA archive;
