--- alone in a file
DROP INDEX CONCURRENTLY boxes_size_idx;
--- a new file
ALTER TABLE boxes DROP CONSTRAINT boxes_size_check;
ALTER TABLE boxes DROP COLUMN size;
-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE boxes ADD COLUMN size integer GENERATED ALWAYS AS (width + height) STORED;
COMMENT ON COLUMN boxes.size IS 'How large';
ALTER TABLE boxes
    ADD CONSTRAINT boxes_size_check CHECK ((size > 0)) NOT VALID;
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY boxes_size_idx ON boxes USING btree (size);
--- a new file
-- hazards: may-fail-on-data
ALTER TABLE boxes VALIDATE CONSTRAINT boxes_size_check;
