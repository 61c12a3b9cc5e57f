CREATE TABLE barer ();
ALTER TABLE bare ADD COLUMN a integer;
