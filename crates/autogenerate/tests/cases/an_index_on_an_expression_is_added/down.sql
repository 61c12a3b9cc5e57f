--- reverts file 2 of 2
--- alone in a file
DROP INDEX CONCURRENTLY users_email_idx;
--- reverts file 1 of 2
--- alone in a file
DROP INDEX CONCURRENTLY users_city_idx;
