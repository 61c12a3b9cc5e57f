CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_name_idx ON public.items USING gin (name public.gin_trgm_ops);
