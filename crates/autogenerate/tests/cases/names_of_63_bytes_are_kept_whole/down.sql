--- reverts file 7 of 7
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ALTER COLUMN a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr DROP NOT NULL;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
    ADD CONSTRAINT a_table_whose_name_is_as_long_as_postgresql_takes_it_six_is_set CHECK ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr IS NOT NULL)) NOT VALID;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre DROP CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
    ADD CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check CHECK ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 1)) NOT VALID;
--- reverts file 6 of 7
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre DROP CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check;
--- reverts file 5 of 7
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre DROP CONSTRAINT a_table_whose_name_is_as_long_as_postgresql_takes_it_six_is_set;
--- reverts file 4 of 7
--- alone in a file
DROP INDEX CONCURRENTLY a_table_whose_name_is_as_long_a_column_whose_name_is_as_lon_idx;
--- reverts file 3 of 7
-- hazards: rewrites-table, blocks-writes, blocks-reads, may-fail-on-data
-- slot: make the values of a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre.a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr fit integer
--   count: SELECT count(*) FROM a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre WHERE a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr NOT BETWEEN -2147483648 AND 2147483647
--   template: UPDATE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre SET a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr = … WHERE a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr NOT BETWEEN -2147483648 AND 2147483647;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ALTER COLUMN a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr SET DATA TYPE integer;
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre that a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check does not allow
--   count: SELECT count(*) FROM a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre WHERE NOT ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 0))
--   template: UPDATE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre SET … WHERE NOT ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 0));
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
    ADD CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check CHECK ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 0));
ANALYZE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre;
--- reverts file 2 of 7
--- alone in a file
DROP INDEX CONCURRENTLY "a_table_whose_name_is_as_long_ein Feld, das sehr läng ist,_idx";
--- reverts file 1 of 7
-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic."a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre_ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M" AS SELECT id, "ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M" FROM a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre DROP COLUMN "ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M";
