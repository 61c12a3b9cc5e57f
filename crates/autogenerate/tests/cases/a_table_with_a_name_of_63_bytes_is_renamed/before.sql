CREATE TABLE a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre (
    id serial PRIMARY KEY,
    parent integer UNIQUE REFERENCES a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre
);
CREATE INDEX ON a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre (id, parent);
