--- reverts file 2 of 2
--- alone in a file
DROP INDEX CONCURRENTLY public.items_name_idx;
--- reverts file 1 of 2
DROP EXTENSION pg_trgm;
