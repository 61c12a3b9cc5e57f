--- reverts file 2 of 2
--- alone in a file
DROP INDEX CONCURRENTLY items_words_idx;
--- reverts file 1 of 2
--- alone in a file
DROP INDEX CONCURRENTLY items_attributes_idx;
