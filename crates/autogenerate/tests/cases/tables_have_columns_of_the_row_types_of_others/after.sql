-- rename table old_size to extent
CREATE TABLE extent (width integer, height integer);
CREATE TABLE boxes (id integer PRIMARY KEY, size extent DEFAULT ROW (1, 2)::extent, sizes extent[]);
CREATE TABLE z_address (street text, city text);
CREATE TABLE people (home z_address, others z_address[]);
CREATE TABLE couples (one people, other people);
CREATE TABLE z_area (acres integer);
CREATE TABLE b_stays (id integer, area z_area);
