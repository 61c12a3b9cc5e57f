--- alone in a file
DROP INDEX CONCURRENTLY public.items_name_idx;
--- a new file
DROP EXTENSION pg_trgm;
