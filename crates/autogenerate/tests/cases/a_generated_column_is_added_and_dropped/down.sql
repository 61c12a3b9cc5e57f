-- hazards: rewrites-table, blocks-reads
ALTER TABLE boxes ADD COLUMN volume integer GENERATED ALWAYS AS ((width * height) * height) STORED;
--- alone in a file
DROP INDEX CONCURRENTLY boxes_area_idx;
--- a new file
ALTER TABLE boxes DROP COLUMN area;
