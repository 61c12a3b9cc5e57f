CREATE TABLE bare ();
