INSERT INTO a_table_whose_name_is_as_long_as_postgresql_takes_it_sixty_thre (parent) VALUES (NULL), (1);
