--- alone in a file
DROP INDEX CONCURRENTLY items_name_idx;
