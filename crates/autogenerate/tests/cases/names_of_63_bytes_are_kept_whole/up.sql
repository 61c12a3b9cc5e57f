ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ADD COLUMN "ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M" text;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY "a_table_whose_name_is_as_long_ein Feld, das sehr läng ist,_idx" ON a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
    USING btree ("ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M");
--- a new file
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre DROP CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ALTER COLUMN a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr SET DATA TYPE bigint;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY a_table_whose_name_is_as_long_a_column_whose_name_is_as_lon_idx ON a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
    USING btree (a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr, id);
--- a new file
-- slot in portions: populate a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre.a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr
--   count: SELECT count(*) FROM a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre WHERE a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr IS NULL
--   template: UPDATE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre SET a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr = … WHERE a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr IS NULL;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ADD CONSTRAINT a_table_whose_name_is_as_long_as_postgresql_takes_it_six_is_set CHECK (a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr IS NOT NULL) NOT VALID;
--- a new file
-- slot in portions: resolve rows of a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre that a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check does not allow
--   count: SELECT count(*) FROM a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre WHERE NOT ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 1))
--   template: UPDATE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre SET … WHERE NOT ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 1));
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
    ADD CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check CHECK ((a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 1)) NOT VALID;
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre VALIDATE CONSTRAINT a_table_whose_name_is_as_lon_a_column_whose_name_is_as_lo_check;
-- hazards: may-fail-on-data
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre VALIDATE CONSTRAINT a_table_whose_name_is_as_long_as_postgresql_takes_it_six_is_set;
ANALYZE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ALTER COLUMN a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr SET NOT NULL;
ALTER TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre DROP CONSTRAINT a_table_whose_name_is_as_long_as_postgresql_takes_it_six_is_set;
