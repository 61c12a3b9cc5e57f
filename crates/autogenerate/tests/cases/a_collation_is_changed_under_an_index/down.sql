-- hazards: blocks-writes, blocks-reads, builds-index
ALTER TABLE words ALTER COLUMN other SET DATA TYPE text COLLATE "C";
-- hazards: blocks-writes, blocks-reads, builds-index
ALTER TABLE words ALTER COLUMN word SET DATA TYPE text COLLATE pg_catalog."default";
