ALTER SEQUENCE IF EXISTS public.a_id_seq RENAME TO a_id_seq_old;
ALTER SEQUENCE public.b_id_seq RENAME TO a_id_seq;
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.a AS TABLE public.a;
DROP TABLE public.a;
