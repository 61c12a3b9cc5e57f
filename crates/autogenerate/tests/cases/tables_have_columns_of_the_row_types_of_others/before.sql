CREATE TABLE z_address (street text, city text);
CREATE TABLE old_size (width integer, height integer);
CREATE TABLE boxes (id integer PRIMARY KEY, size old_size DEFAULT ROW (1, 2)::old_size, sizes old_size[]);
CREATE TABLE b_stays (id integer);
