--- alone in a file
DROP INDEX CONCURRENTLY items_attributes_idx;
--- alone in a file
DROP INDEX CONCURRENTLY items_words_idx;
