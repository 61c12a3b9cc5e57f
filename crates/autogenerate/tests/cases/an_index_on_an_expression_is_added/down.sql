--- alone in a file
DROP INDEX CONCURRENTLY users_city_idx;
--- alone in a file
DROP INDEX CONCURRENTLY users_email_idx;
