--- reverts file 4 of 4
ALTER TABLE boxes DROP CONSTRAINT boxes_size_check;
ALTER TABLE boxes
    ADD CONSTRAINT boxes_size_check CHECK ((size > 0)) NOT VALID;
--- reverts file 3 of 4
--- alone in a file
DROP INDEX CONCURRENTLY boxes_size_idx;
--- reverts file 2 of 4
ALTER TABLE boxes DROP CONSTRAINT boxes_size_check;
ALTER TABLE boxes DROP COLUMN size;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN size integer GENERATED ALWAYS AS (width * height) STORED;
COMMENT ON COLUMN boxes.size IS 'How large';
-- hazards: blocks-writes, blocks-reads, may-fail-on-data
-- slot: resolve rows of boxes that boxes_size_check does not allow
--   count: SELECT count(*) FROM boxes WHERE NOT ((size > 0))
--   template: UPDATE boxes SET … WHERE NOT ((size > 0));
ALTER TABLE boxes
    ADD CONSTRAINT boxes_size_check CHECK ((size > 0));
--- reverts file 1 of 4
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY boxes_size_idx ON boxes USING btree (size);
