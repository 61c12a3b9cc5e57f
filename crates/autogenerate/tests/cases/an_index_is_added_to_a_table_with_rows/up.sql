--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_newest_idx ON items
    USING btree (created_at DESC, id DESC NULLS LAST, name COLLATE "C" text_pattern_ops);
--- a new file
COMMENT ON INDEX items_newest_idx IS 'Newest first';
