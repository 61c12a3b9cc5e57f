--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_attributes_idx ON items USING gin (attributes jsonb_path_ops);
--- alone in a file
-- hazards: builds-index
CREATE INDEX CONCURRENTLY items_words_idx ON items USING gin (words) WITH (fastupdate=off);
