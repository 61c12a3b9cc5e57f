-- hazards: deletes-data
-- to keep a copy: CREATE SCHEMA IF NOT EXISTS attic; CREATE TABLE attic.boxes_area AS SELECT area FROM boxes;
ALTER TABLE boxes DROP COLUMN area;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN area integer GENERATED ALWAYS AS (width * height) STORED;
