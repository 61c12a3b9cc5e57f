CREATE TRIGGER touched BEFORE UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE POLICY everyone ON public.customers USING ((id > 0));
ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
