ALTER TABLE public.option ADD CONSTRAINT later CHECK ((customer > 0)) NOT VALID;
