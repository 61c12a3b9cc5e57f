-- hazards: rewrites-table, blocks-writes, blocks-reads
ALTER TABLE items ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL;
