-- scope: database
CREATE TABLE b (id integer GENERATED ALWAYS AS IDENTITY);
CREATE TABLE a (id serial);
