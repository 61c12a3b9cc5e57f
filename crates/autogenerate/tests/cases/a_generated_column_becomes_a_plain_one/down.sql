-- hazards: deletes-data
-- to keep a copy: CREATE TABLE boxes_area_copy AS SELECT area FROM boxes
ALTER TABLE boxes DROP COLUMN area;
-- hazards: rewrites-table, blocks-reads
ALTER TABLE boxes ADD COLUMN area integer GENERATED ALWAYS AS (width * height) STORED;
