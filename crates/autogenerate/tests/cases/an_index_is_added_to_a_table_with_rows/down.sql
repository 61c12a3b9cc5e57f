--- reverts file 2 of 2
COMMENT ON INDEX items_newest_idx IS NULL;
--- reverts file 1 of 2
--- alone in a file
DROP INDEX CONCURRENTLY items_newest_idx;
