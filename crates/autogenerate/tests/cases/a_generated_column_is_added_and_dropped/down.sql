--- reverts file 3 of 3
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN volume integer GENERATED ALWAYS AS ((width * height) * height) STORED;
--- reverts file 2 of 3
--- alone in a file
DROP INDEX CONCURRENTLY boxes_area_idx;
--- reverts file 1 of 3
ALTER TABLE boxes DROP COLUMN area;
