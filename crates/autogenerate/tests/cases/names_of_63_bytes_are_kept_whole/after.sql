CREATE TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre (
    id serial PRIMARY KEY,
    a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr bigint NOT NULL UNIQUE CHECK (a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 1),
    "ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M" text
);
CREATE INDEX ON a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre (a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr, id);
CREATE INDEX ON a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre ("ein Feld, das sehr läng ist, mit vielen Wörtern, über alle M");
