--- alone in a file
DROP INDEX CONCURRENTLY items_newest_idx;
