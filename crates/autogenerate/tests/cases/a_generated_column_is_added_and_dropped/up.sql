-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN area integer GENERATED ALWAYS AS (width * height) STORED;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY boxes_area_idx ON boxes USING btree (area);
--- a new file
ALTER TABLE boxes DROP COLUMN volume;
