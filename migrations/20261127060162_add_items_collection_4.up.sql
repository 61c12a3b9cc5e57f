-- revision: 20261127060159 (4 of 5): add items.collection
-- Generated from the models and proven in both directions. Review before applying.
-- One of the files of a revision. Each down file undoes exactly its up file.

-- What was written since the file before began; found by items_collection_newest_idx.
UPDATE items SET collection = 'default' WHERE collection IS NULL;

-- locks: AccessExclusive on items; rewrites: no; scans: no
ALTER TABLE items ADD CONSTRAINT items_collection_is_set CHECK (collection IS NOT NULL) NOT VALID;
