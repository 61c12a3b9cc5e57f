CREATE TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre (
    id serial PRIMARY KEY,
    a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr integer UNIQUE CHECK (a_column_whose_name_is_as_long_as_postgresql_takes_it_sixty_thr > 0)
);
